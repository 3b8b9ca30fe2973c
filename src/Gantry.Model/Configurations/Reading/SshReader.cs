using System.Net;

namespace Gantry.Model.Configurations.Reading;

/// <summary>Reads <c>ssh_config</c>. No problem ever repeats a key.</summary>
internal static class SshReader
{
    public static SshConfig? Config(Node node, string path, ProblemList problems)
    {
        if (Parts.Mapping(node, path, problems) is not { } fields)
            return null;
        var config = new SshConfig
        {
            User = Word(fields, "user", "is not the name of a user"),
            Port = fields.Integer("port", 1, 65535),
            IdentityFile = fields.Text("identity_file"),
            SshKey = Key(fields),
            ProxyJump = Proxy(fields),
            Hosts = fields.List("hosts", Host) ?? [],
            Network = Network(fields),
        };
        fields.NoOthers();
        if (fields.Find("hosts") is null or SequenceNode { Items.Count: 0 })
            problems.Add(fields.Find("hosts") ?? node, fields.PathOf("hosts"), "is missing", "a list of names or addresses");
        else if (fields.Find("hosts") is SequenceNode { Items: var items })
            Together(config, items, fields);
        return config;
    }

    /// <summary>A text that goes to <c>ssh</c>: without spaces, and never one of its options.</summary>
    public static string? Word(Fields fields, string key, string error)
    {
        if (fields.Text(key) is not { } text)
            return null;
        if (IsWord(text))
            return text;
        Scalars.Wrong(fields.Find(key)!, fields.PathOf(key), fields.Problems, error, "letters, digits and . _ - : @ %, not starting with -");
        return null;
    }

    private static bool IsWord(string text) =>
        text.Length > 0 && text[0] != '-' && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or ':' or '@' or '%');

    private static SshHost? Host(Node node, string path, ProblemList problems)
    {
        if (node is ScalarNode)
        {
            if (Scalars.Text(node, path, problems) is not { } name)
                return null;
            if (IsWord(name))
                return new SshHost { Hostname = name };
            Scalars.Wrong(node, path, problems, "is not a name or address of a host", null);
            return null;
        }
        if (Parts.Mapping(node, path, problems) is not { } fields)
            return null;
        var host = new SshHost
        {
            Hostname = Hostname(fields),
            Port = fields.Integer("port", 1, 65535),
            User = Word(fields, "user", "is not the name of a user"),
            IdentityFile = fields.Text("identity_file"),
            ProxyJump = Proxy(fields),
            InternalIp = Address(fields),
            SshKey = Key(fields),
            Blocks = fields.Scalar("blocks", BlockCount.Parse, BlockCount.Allowed),
        };
        fields.NoOthers();
        return host;
    }

    private static SshProxy? Proxy(Fields outer)
    {
        if (outer.Find("proxy_jump") is not { } node || Parts.Mapping(node, outer.PathOf("proxy_jump"), outer.Problems) is not { } fields)
            return null;
        fields.RequiredText("user");
        var proxy = new SshProxy
        {
            Hostname = Hostname(fields),
            Port = fields.Integer("port", 1, 65535),
            User = Word(fields, "user", "is not the name of a user") ?? "",
            IdentityFile = fields.RequiredText("identity_file"),
            SshKey = Key(fields),
        };
        fields.NoOthers();
        return proxy;
    }

    private static string Hostname(Fields fields)
    {
        fields.RequiredText("hostname");
        return Word(fields, "hostname", "is not a name or address of a host") ?? "";
    }

    private static SshKey? Key(Fields outer)
    {
        if (outer.Find("ssh_key") is not { } node || Parts.Mapping(node, outer.PathOf("ssh_key"), outer.Problems) is not { } fields)
            return null;
        var key = new SshKey(fields.RequiredText("public"), fields.Text("private"));
        fields.NoOthers();
        return key;
    }

    private static string? Address(Fields fields)
    {
        var text = fields.Text("internal_ip");
        if (text is not null && !IPAddress.TryParse(text, out _))
            Scalars.Wrong(fields.Find("internal_ip")!, fields.PathOf("internal_ip"), fields.Problems, "is not an IP address", "an address such as 10.0.0.5");
        return text;
    }

    private static string? Network(Fields fields)
    {
        var text = fields.Text("network");
        if (text is not null && !IPNetwork.TryParse(text, out _))
            Scalars.Wrong(fields.Find("network")!, fields.PathOf("network"), fields.Problems, "is not a network", "an address and its prefix such as 10.0.0.0/24");
        return text;
    }

    /// <summary>What each host needs, and that none is named twice.</summary>
    private static void Together(SshConfig config, IReadOnlyList<Node> items, Fields fields)
    {
        if (items.Count != config.Hosts.Count)
            return;
        var seen = new HashSet<(string, int)>();
        for (var index = 0; index < items.Count; index++)
        {
            var (host, path) = (config.Hosts[index], $"{fields.PathOf("hosts")}[{index}]");
            if (host.Hostname.Length > 0 && !seen.Add((host.Hostname, host.Port ?? config.Port ?? 22)))
                fields.Problems.Add(items[index], path, $"names {host.Hostname} a second time", value: host.Hostname);
            if (host.User is null && config.User is null)
                fields.Problems.Add(items[index], $"{path}.user", "is missing", $"the user to log in as, here or in {fields.PathOf("user")} for all hosts");
            if (host is { IdentityFile: null, SshKey: null } && config is { IdentityFile: null, SshKey: null })
                fields.Problems.Add(items[index], $"{path}.identity_file", "is missing", $"the path of a private key, here or in {fields.PathOf("identity_file")} for all hosts");
        }
    }
}
