using System.Diagnostics;
using Gantry.Engine.Runs;
using Gantry.Model.Api;
using Gantry.Model.Configurations;

namespace Gantry.Engine.Tests.Runs;

/// <summary>What the produced commands do in real shells.</summary>
public sealed class CommandScriptTests
{
    public static TheoryData<string> Shells => ["default", "sh", "bash"];

    [Theory]
    [MemberData(nameof(Shells))]
    public void Entries_RunInOrderInOneShell(string shell) =>
        Expect(shell, 0, "at /\nx is 1\nhi from f\n", "cd /", "x=1", "f() { echo hi from f; }", "echo at $PWD", "echo x is $x\nf");

    [Theory]
    [MemberData(nameof(Shells))]
    public void FirstFailingEntry_EndsTheJobWithItsStatus(string shell) => Expect(shell, 7, "a\n", "echo a", "(exit 7)", "echo never");

    [Theory]
    [MemberData(nameof(Shells))]
    public void FailureInsideAnEntry_GoesOnToItsNextLine(string shell) => Expect(shell, 0, "b\nc\n", "false; echo b", "echo c");

    [Theory]
    [MemberData(nameof(Shells))]
    public void SetE_InsideAnEntry_IsObeyed(string shell) => Expect(shell, 1, "a\n", "set -e\necho a\nfalse\necho never", "echo never");

    [Theory]
    [MemberData(nameof(Shells))]
    public void Exit_EndsTheJob(string shell) => Expect(shell, 3, "a\n", "echo a; exit 3", "echo never");

    [Theory]
    [MemberData(nameof(Shells))]
    public void LastEntry_GivesTheStatus(string shell) => Expect(shell, 5, "a\n", "echo a", "(exit 5)");

    [Theory]
    [MemberData(nameof(Shells))]
    public void CommentsAndEmptyEntries_HideNothing(string shell) =>
        Expect(shell, 0, "a\nb\n", "echo a # and more", "# only a comment", "", "\n", "echo b # the end");

    [Theory]
    [MemberData(nameof(Shells))]
    public void Heredoc_Survives(string shell) =>
        Expect(shell, 0, "one $HOME\ntwo\nafter\n", "cat <<'EOF'\none $HOME\ntwo\nEOF", "echo after");

    [Theory]
    [MemberData(nameof(Shells))]
    public void MultilineBlock_Survives(string shell) => Expect(
        shell, 0, "1\n2\nlong line\ndone\n", "for i in 1 2\ndo\n  echo $i\ndone\n", "if true; then\n  echo long \\\n    line\nfi\n", "echo done");

    [Theory]
    [MemberData(nameof(Shells))]
    public void BackslashAtTheEnd_DoesNotEatTheNextEntry(string shell) => Expect(shell, 0, "a\nb\n", "echo a \\", "echo b");

    [Theory]
    [MemberData(nameof(Shells))]
    public void QuotesAndBackground_Survive(string shell) =>
        Expect(shell, 0, "it's \"quoted\" $x `y`\nafter\n", "echo \"it's \\\"quoted\\\" \\$x \\`y\\`\"", "true &", "wait", "echo after");

    [Theory]
    [MemberData(nameof(Shells))]
    public void SyntaxError_FailsTheJob(string shell) => Expect(shell, null, "a\n", "echo a", "if then", "echo never");

    [Fact]
    public void NoShell_IsBashWhereThereIsOne() => Expect("default", 0, "yes\n", "[[ abc == a* ]] && echo yes");

    [Fact]
    public void Setup_RunsBeforeCommands()
    {
        var spec = Spec(new TaskConfiguration { Setup = ["echo setup"], Commands = ["echo commands"] });
        Assert.Equal((0, "setup\ncommands\n"), Run(spec.Commands));
    }

    private static void Expect(string shell, int? status, string output, params string[] entries)
    {
        var (actualStatus, actualOutput) = Run(Spec(new TaskConfiguration { Shell = shell == "default" ? null : shell, Commands = entries }).Commands);
        Assert.Equal(output, actualOutput);
        if (status is { } expected)
        {
            Assert.Equal(expected, actualStatus);
        }
        else
        {
            Assert.NotEqual(0, actualStatus);
        }
    }

    private static JobSpec Spec(TaskConfiguration task) =>
        JobPlanner.Jobs(JobPlanner.Effective(new RunSpec { RunName = "test", Configuration = task })).Single();

    private static (int Status, string Output) Run(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/tmp" };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.NotNull(error);
        return (process.ExitCode, output);
    }
}
