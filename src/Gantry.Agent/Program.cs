using System.Runtime.InteropServices;
using Gantry.Agent;
using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Leases;
using Gantry.Agent.Link;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Agent.Ssh;

// Exit codes: 0 ended as it should, 1 could not run, 2 wrong arguments, 3 another agent has the spool, 4 another server owns the agent, 6 somebody stopped it by hand.
const string Usage = """
    usage: gantry-agent run --spool DIR [--idle-exit SECONDS]
           gantry-agent relay --dir DIR [--server ID]
           gantry-agent remove-containers --spool DIR
           gantry-agent --version
    """;

switch (args)
{
    case ["--version"]:
        Console.WriteLine(Build.Version);
        return 0;
    case ["--help" or "-h"]:
        Console.WriteLine(Usage);
        return 0;
    case ["enter", var socket, var container]:
        // Run by sshd for those who attach; not for people, so the usage does not name it.
        return await ContainerEntry.RunAsync(socket, container);
    case ["relay", "--dir", var directory]:
        return await new Relay(directory, null, TimeProvider.System).RunAsync(CancellationToken.None);
    case ["relay", "--dir", var directory, "--server", var server]:
        return await new Relay(directory, server, TimeProvider.System).RunAsync(CancellationToken.None);
    case ["guard", "--spool", var guarded, "--agent", var starter] when int.TryParse(starter, out var agent):
        // Run by the agent; not for people, either.
        await LeaseGuard.RunAsync(guarded, agent, TimeProvider.System, new AgentLog(TimeProvider.System, Console.Error));
        return 0;
    case ["remove-containers", "--spool", var left]:
        return await DockerLeftovers.RemoveAllAsync(left, CancellationToken.None);
    case ["run", ..]:
        break;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

if (AgentOptions.Parse(args.AsSpan(1), out var problem) is not { } options)
{
    Console.Error.WriteLine(problem + "\n" + Usage);
    return 2;
}

Libc.KeepInheritedDescriptors();
// What the agent writes is for its owner; jobs get the mask that it was started with.
var jobUmask = Libc.umask(0b000_111_111);
using var told = new CancellationTokenSource();
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
// Outlives the terminal that it was started from.
using var onHangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
var log = new AgentLog(TimeProvider.System, Console.Out);
try
{
    using var spool = AgentSpool.TryOpen(options.Spool);
    if (spool is null)
    {
        log.Error($"another agent has the spool {options.Spool}");
        return 3;
    }
    await new AgentHost(spool, options, jobUmask, TimeProvider.System, log).RunAsync(told.Token);
    return 0;
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
{
    log.Error($"the agent can not run: {exception.Message}");
    return 1;
}

void End(PosixSignalContext context)
{
    context.Cancel = true;
    told.Cancel();
}
