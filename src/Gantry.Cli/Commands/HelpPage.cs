using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Runtime.CompilerServices;
using System.Text;
using Gantry.Cli.Output;

namespace Gantry.Cli.Commands;

/// <summary>The help of a command: usage, what it does, its commands, arguments and options, and examples.</summary>
internal sealed class HelpPage(Terminal terminal) : SynchronousCommandLineAction
{
    private const int Indent = 2;
    private const int Gap = 2;
    private const int LeftWidth = 30;
    private const int Width = 110;

    private const string RootEnding = """
        Exit status: apply ends with its job's own. Gantry's own are 1 (the answer is no), 2 (wrong command line),
          120 (no server), 121 (not valid), 122 (refused), 123 (declined or detached), 124 (the run was stopped),
          125 (the run failed without an exit status of its job). See docs/cli.md.

        See gantry COMMAND --help for a command and its examples.
        """;

    // Examples and further paragraphs by command: System.CommandLine has no place for them.
    private static readonly ConditionalWeakTable<Command, string> Endings = [];

    /// <summary>Adds what stands at the end of a command's help.</summary>
    public static void SetEnding(Command command, string ending) => Endings.AddOrUpdate(command, ending);

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var text = new StringBuilder();
        text.Append(Heading("Usage: ")).Append(CommandTree.PathOf(parseResult.CommandResult)).Append(Usage(command)).Append('\n');
        if (!string.IsNullOrEmpty(command.Description))
        {
            text.Append('\n');
            Wrap(text, command.Description, 0);
        }
        Section(text, "Commands", command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (string.Join(", ", [sub.Name, .. sub.Aliases]), sub.Description)));
        Section(text, "Arguments", command.Arguments.Where(argument => !argument.Hidden).Select(argument => (argument.HelpName ?? argument.Name, argument.Description)));
        Section(text, "Options", Options(parseResult.CommandResult).Select(option => (Form(option), option.Description)));
        if (Endings.TryGetValue(command, out var ending) || (command is RootCommand && (ending = RootEnding) is not null))
            text.Append('\n').Append(ending.TrimEnd()).Append('\n');
        terminal.Write(text.ToString());
        return ExitCodes.Ok;
    }

    private string Heading(string text) => terminal.Paint(text, Style.Bold);

    private static string Usage(Command command)
    {
        var usage = new StringBuilder(" [OPTIONS]");
        if (command.Subcommands.Count > 0)
            usage.Append(command.Action is null || command is RootCommand ? " COMMAND ..." : " [COMMAND] ...");
        foreach (var argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            var name = (argument.HelpName ?? argument.Name) + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");
            usage.Append(argument.Arity.MinimumNumberOfValues == 0 ? $" [{name}]" : $" {name}");
        }
        return usage.ToString();
    }

    // An option that a command hands on to those below it is theirs too.
    private static IEnumerable<Option> Options(CommandResult result)
    {
        var own = result.Command.Options.Where(option => !option.Hidden);
        for (var above = result.Parent as CommandResult; above is not null; above = above.Parent as CommandResult)
            own = own.Concat(above.Command.Options.Where(option => option.Recursive && !option.Hidden));
        return own;
    }

    private static string Form(Option option)
    {
        var names = string.Join(", ", new[] { option.Name }.Concat(option.Aliases).Where(name => name is not ("/?" or "/h" or "-?")).OrderBy(name => name.Length));
        return option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool) ? names : $"{names} {option.HelpName ?? "VALUE"}";
    }

    private void Section(StringBuilder text, string title, IEnumerable<(string Left, string? Right)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
            return;
        text.Append('\n').Append(Heading(title + ":")).Append('\n');
        var column = Math.Min(LeftWidth, all.Max(row => row.Left.Length) + Gap) + Indent;
        foreach (var (left, right) in all)
        {
            text.Append(' ', Indent).Append(left);
            var at = Indent + left.Length;
            if (string.IsNullOrEmpty(right))
            {
                text.Append('\n');
                continue;
            }
            if (at + Gap > column)
            {
                text.Append('\n');
                at = 0;
            }
            text.Append(' ', column - at);
            Wrap(text, right, column);
        }
    }

    private static void Wrap(StringBuilder text, string words, int column)
    {
        var at = column;
        foreach (var word in words.Split(' '))
        {
            if (at > column && at + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', column);
                at = column;
            }
            else if (at > column)
            {
                text.Append(' ');
                at++;
            }
            text.Append(word);
            at += word.Length;
        }
        text.Append('\n');
    }
}
