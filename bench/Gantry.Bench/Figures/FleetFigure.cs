using System.Diagnostics;
using Gantry.EndToEnd.Harness;

namespace Gantry.Bench.Figures;

/// <summary>One <c>gantry apply</c> that adds ten hosts, network namespaces with a real sshd each: they are looked at, sent the agent, and their agents connected with.</summary>
internal static class FleetFigure
{
    private const int Hosts = 10;
    private const int Usual = 3;

    public static async Task MeasureAsync(int? count)
    {
        if (!SshNetwork.IsPossible)
        {
            Report.Skipped(SshNetwork.Needs);
            return;
        }
        await using var network = new SshNetwork();
        var addresses = new List<string>();
        for (var i = 0; i < Hosts; i++)
            addresses.Add((await network.AddAsync()).Address);
        await using var home = new BenchHome();
        home.StartServer();
        var all = home.Write("all.dstack.yml", Configuration(network, addresses));
        var one = home.Write("one.dstack.yml", Configuration(network, addresses.Take(1)));
        var (tens, ones, logins) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < (count ?? Usual); i++)
        {
            tens.Add(Command.Time(home.Gantry("apply", "-f", all, "-y")));
            Command.Time(home.Gantry("fleet", "delete", "lab", "-y"));
            ones.Add(Command.Time(home.Gantry("apply", "-f", one, "-y")));
            Command.Time(home.Gantry("fleet", "delete", "lab", "-y"));
            logins.Add(Command.Time(new ProcessStartInfo("ssh", ["-i", network.Key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", $"root@{addresses[0]}", "true"])));
        }
        var login = ("ssh HOST true", new Sample(logins));
        Report.Times($"gantry apply that adds {Hosts} hosts", new Sample(tens), peer: login);
        Report.Times("gantry apply that adds one host", new Sample(ones), peer: login);
    }

    private static string Configuration(SshNetwork network, IEnumerable<string> addresses) =>
        $"type: fleet\nname: lab\nprocess_user: {SshHost.PlainUser}\nssh_config:\n  user: root\n  identity_file: {network.Key}\n  hosts: [{string.Join(", ", addresses)}]\n";
}
