using System.CommandLine;
using Gantry.Cli.Apply;
using Gantry.Cli.Output;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry validate FILE...</c>: checks configurations without a server.</summary>
internal static class ValidateCommand
{
    public static Command Build(Invocation invocation)
    {
        var files = new Argument<string[]>("FILE") { Description = "Configuration files; - for standard input. Defaults to $PWD/.dstack.yml", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("validate", "Check configuration files, without a server: every problem at once, with line and column") { files };
        HelpPage.SetEnding(command, """
            Examples:
              gantry validate                                 the .dstack.yml of this directory
              gantry validate train.dstack.yml eval.dstack.yml
              git ls-files '*.dstack.yml' | xargs gantry validate

            Ends with 0 when every file is valid, else with 1.
            """);
        command.SetAction(parsed => Run(invocation, parsed.GetValue(files)!));
        return command;
    }

    private static int Run(Invocation invocation, string[] files)
    {
        var terminal = invocation.Terminal;
        var invalid = 0;
        foreach (var file in files.Length > 0 ? files : [ConfigurationFile.DefaultName])
        {
            try
            {
                var parsed = ConfigurationFile.Parse(invocation, file);
                if (parsed.Value is { } configuration)
                {
                    terminal.Print($"{parsed.FileName}: {terminal.Paint("valid", Style.Good)} ({configuration.Type})");
                    continue;
                }
                terminal.Error(parsed.PrintProblems());
            }
            catch (CliException error)
            {
                terminal.Error(error.Message);
            }
            invalid++;
        }
        return invalid == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
