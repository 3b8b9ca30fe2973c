using System.Text.Json;
using Gantry.Model.Configurations;

namespace Gantry.Model.Tests;

/// <summary>The language of fleets.</summary>
public class FleetTests
{
    [Fact]
    public void Fleet_WrittenAsJsonAndRead_IsTheSame() => GenerateFleet.Fleet.Check(fleet =>
        Assert.Equal(Structure.Of(fleet), Structure.Of(JsonSerializer.Deserialize(JsonSerializer.Serialize(fleet, TestJson.Default.Configuration), TestJson.Default.Configuration))));

    [Fact]
    public void Fleet_WrittenAsJsonAndReadAsYaml_IsTheSame() => GenerateFleet.Fleet.Check(fleet =>
    {
        var result = ConfigurationParser.Parse(JsonSerializer.Serialize(fleet, TestJson.Default.Configuration), null);
        Assert.Equal("", result.PrintProblems());
        Assert.Equal(Structure.Of(fleet), Structure.Of(result.Value));
    });

    [Fact]
    public void Fleet_AsDocumented_IsRead()
    {
        var fleet = Assert.IsType<FleetConfiguration>(ConfigurationParser.Parse("""
            type: fleet
            name: my-fleet
            placement: cluster
            env:
              - HTTP_PROXY=http://proxy.example.com:80
            ssh_config:
              user: ubuntu
              identity_file: ~/.ssh/worker_node_key
              hosts:
                - 3.255.177.51
                - hostname: 3.255.177.52
                  blocks: auto
                - hostname: 3.255.177.53
                  blocks: 4
                  internal_ip: 10.0.0.7
              proxy_jump:
                hostname: 3.255.177.50
                user: ubuntu
                identity_file: ~/.ssh/head_node_key
            """, null).Value);

        Assert.Equal(InstancePlacement.Cluster, fleet.Placement);
        Assert.Equal(["3.255.177.51", "3.255.177.52", "3.255.177.53"], fleet.SshConfig!.Hosts.Select(host => host.Hostname));
        Assert.Equal([null, new BlockCount(null), new BlockCount(4)], fleet.SshConfig.Hosts.Select(host => host.Blocks));
        Assert.Equal("~/.ssh/head_node_key", fleet.SshConfig.ProxyJump!.IdentityFile);
    }

    [Fact]
    public void Fleet_WithManyProblems_ReportsAllWithPositions()
    {
        var result = ConfigurationParser.Parse("""
            type: fleet
            name: Lab
            idle_duration: 1h
            process_user: -root
            ssh_config:
              port: 70000
              network: 10.0.0.0/99
              hosts:
                - -oProxyCommand=id
                - hostname: a
                  blocks: 0
                - a
            """, "fleet.dstack.yml");

        Assert.Null(result.Value);
        Assert.Equal(
            """
            fleet.dstack.yml:2:7: name: "Lab" is not a name of a fleet; allowed: 2 to 41 lower-case letters, digits and -, starting with a letter
            fleet.dstack.yml:3:16: idle_duration: cannot be used together with ssh_config: hosts of one's own are what they are
            fleet.dstack.yml:4:15: process_user: "-root" is not the name of a user; allowed: letters, digits and . _ - : @ %, not starting with -
            fleet.dstack.yml:6:9: ssh_config.port: "70000" is more than 65535; allowed: a whole number from 1 to 65535
            fleet.dstack.yml:7:12: ssh_config.network: "10.0.0.0/99" is not a network; allowed: an address and its prefix such as 10.0.0.0/24
            fleet.dstack.yml:9:7: ssh_config.hosts[0]: "-oProxyCommand=id" is not a name or address of a host
            fleet.dstack.yml:11:15: ssh_config.hosts[1].blocks: "0" is less than 1; allowed: a whole number from 1, or auto
            """,
            result.PrintProblems());
    }

    [Fact]
    public void Hosts_WithoutUserOrKeyOrTwice_AreNamed()
    {
        var result = ConfigurationParser.Parse("""
            type: fleet
            ssh_config:
              hosts:
                - hostname: a
                  user: me
                - hostname: a
                  identity_file: k
            """, null);

        Assert.Equal(
            ["ssh_config.hosts[0].identity_file", "ssh_config.hosts[1]", "ssh_config.hosts[1].user"],
            result.Problems.Select(problem => problem.Path).Order());
    }

    [Fact]
    public void Fleet_WithNeitherHostsNorNodes_IsRefused() =>
        Assert.Equal("ssh_config", Assert.Single(ConfigurationParser.Parse("type: fleet", null).Problems).Path);

    [Fact]
    public void Key_Printed_DoesNotShowItsPrivateHalf() =>
        Assert.DoesNotContain("secret", new SshConfig { SshKey = new SshKey("ssh-ed25519 AAAA", "secret") }.ToString());
}
