using Gantry.Server.Hosting;

return await ServerProgram.RunAsync(args);
