global using Gantry.EndToEnd.Harness;
