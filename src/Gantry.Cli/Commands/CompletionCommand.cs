using System.CommandLine;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry completion SHELL</c>: a script that completes commands and options.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # bash completion of gantry. Load it in ~/.bashrc: source <(gantry completion bash)
        _gantry() {
          local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} candidates
          candidates=$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null) || return
          mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$word")
        }
        complete -o bashdefault -o default -F _gantry gantry ./gantry
        """;

    private const string Zsh = """
        #compdef gantry
        # zsh completion of gantry. Load it in ~/.zshrc after compinit: source <(gantry completion zsh)
        _gantry() {
          local line="${BUFFER[1,CURSOR]}" candidates
          candidates=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
          compadd -a candidates || _files
        }
        compdef _gantry gantry ./gantry
        """;

    private const string Fish = """
        # fish completion of gantry. Save it as ~/.config/fish/completions/gantry.fish, or: gantry completion fish | source
        function __gantry_complete
            set -l line (commandline -cp)
            set -l program (commandline -opc)[1]
            $program "[suggest:"(string length -- $line)"]" $line 2>/dev/null
        end
        complete -c gantry -a '(__gantry_complete)'
        """;

    public static Command Build(Invocation invocation)
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell to generate the completion script for: bash, zsh or fish" };
        shell.CompletionSources.Add("bash", "zsh", "fish");
        shell.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && Script(token.Value) is null)
                result.AddError($"There is no completion for '{token.Value}': bash, zsh and fish have one.");
        });
        var command = new Command("completion", "Generate shell completion scripts") { shell };
        HelpPage.SetEnding(command, """
            Examples:
              source <(gantry completion bash)                                    bash, now; in ~/.bashrc, always
              source <(gantry completion zsh)                                     zsh
              gantry completion fish > ~/.config/fish/completions/gantry.fish     fish
            """);
        command.SetAction(parsed => invocation.Terminal.Print(Script(parsed.GetValue(shell)!)!));
        return command;
    }

    private static string? Script(string shell) => shell switch { "bash" => Bash, "zsh" => Zsh, "fish" => Fish, _ => null };
}
