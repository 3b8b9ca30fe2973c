using Gantry.Model.Configurations;

namespace Gantry.Model.Values;

/// <summary>A port as text: <c>8501</c> (the same port locally), <c>80:8501</c>, <c>*:8501</c> (any free local port).</summary>
public static class PortMappingText
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "a port from 1 to 65535 such as 8501, or LOCAL:PORT such as 80:8501, or *:8501 for any free local port";

    /// <summary>Reads a port.</summary>
    public static Parsed<PortMapping> Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return Port(text).Then(port => Parsed.Ok(new PortMapping(port, port)));
        var local = text[..colon];
        var container = Port(text[(colon + 1)..]);
        return local == "*"
            ? container.Then(port => Parsed.Ok(new PortMapping(null, port)))
            : Port(local).Then(from => container.Then(port => Parsed.Ok(new PortMapping(from, port))));
    }

    /// <summary>The short form.</summary>
    public static string Print(PortMapping port) =>
        port.LocalPort is not { } local ? $"*:{port.ContainerPort}"
        : local == port.ContainerPort ? WholeNumber.Print(local)
        : $"{local}:{port.ContainerPort}";

    private static Parsed<int> Port(string text) =>
        WholeNumber.Parse(text, 1, 65535) is { Ok: true } port ? port : Parsed.Error<int>("is not a port");
}
