using Gantry.Testing;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Gantry.Migrations.Tests;

/// <summary>The runner of the tests, or an upgrader that a test started.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) =>
        args is [UpgraderProcess.Word, ..] ? UpgraderProcess.RunAsync(args)
        : args.Any(argument => argument is "-automated" or "@@") ? ConsoleRunner.Run(args)
        : TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
}
