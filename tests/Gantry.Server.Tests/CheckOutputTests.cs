using Gantry.Engine.Fleets;
using Gantry.Server.Fleets;

namespace Gantry.Server.Tests;

public class CheckOutputTests
{
    [Fact]
    public void Read_WhatTheCheckPrints_BetweenWhatALoginPrints_IsUnderstood()
    {
        var report = CheckOutput.Read("""
            Welcome to Debian!
            gantry system Linux
            gantry machine x86_64
            gantry libc glibc
            gantry user ubuntu
            gantry root sudo_refuses
            gantry missing setsid
            gantry docker_problem Cannot connect to the Docker daemon at unix:///var/run/docker.sock.
            gantry nvidia yes
            gantry free_kib 1024
            gantry process_user no
            gantry address 127.0.0.1
            gantry address 10.0.0.5
            gantry reached 10.0.0.5
            gantry owner 5d0c0c1e-0000-4000-8000-000000000001 5d0c0c1e-0000-4000-8000-000000000002 main/lab on box
            gantry build abc
            gantry end of_check
            """)!;

        Assert.Equal(("Linux", "linux-x64", "ubuntu", RootAccess.SudoRefuses), (report.System, report.Platform, report.User, report.Root));
        Assert.Equal("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", report.DockerProblem);
        Assert.Null(report.DockerVersion);
        Assert.True(report.HasNvidia);
        Assert.False(report.HasNvidiaTools);
        Assert.Equal(1 << 20, report.FreeBytes);
        Assert.False(report.HasProcessUser);
        Assert.Equal(["setsid"], report.MissingPrograms);
        Assert.Equal(["10.0.0.5"], report.Addresses);
        Assert.Equal(("5d0c0c1e-0000-4000-8000-000000000001", "5d0c0c1e-0000-4000-8000-000000000002", "main/lab on box"), (report.Owner, report.OwnerInstance, report.OwnerName));
        Assert.Equal("abc", report.Build);
    }

    [Fact]
    public void Read_WhatBreaksOff_IsNothing() => Assert.Null(CheckOutput.Read("gantry system Linux\n"));
}
