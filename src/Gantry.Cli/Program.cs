using Gantry.Cli;
using Gantry.Cli.Output;

var terminal = Terminal.OfProcess(Environment.GetEnvironmentVariable);
return await CommandLine.RunAsync(args, new Invocation(terminal, Environment.GetEnvironmentVariable, Environment.CurrentDirectory, TimeProvider.System));
