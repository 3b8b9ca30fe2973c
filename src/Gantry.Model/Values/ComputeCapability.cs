namespace Gantry.Model.Values;

/// <summary>NVIDIA's compute capability: <c>7.5</c>, <c>9</c>.</summary>
public static class ComputeCapability
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "a compute capability such as 7.5";

    /// <summary>Reads major and minor.</summary>
    public static Parsed<(int Major, int Minor)> Parse(string text)
    {
        var parts = text.Split('.');
        if (parts.Length > 2)
            return Parsed.Error<(int, int)>("is not a compute capability");
        var major = WholeNumber.Parse(parts[0], 0, 99);
        var minor = parts.Length == 1 ? Parsed.Ok(0) : WholeNumber.Parse(parts[1], 0, 99);
        return major.Ok && minor.Ok ? Parsed.Ok((major.Value, minor.Value)) : Parsed.Error<(int, int)>("is not a compute capability");
    }

    /// <summary><c>7.5</c>.</summary>
    public static string Print((int Major, int Minor) value) => $"{value.Major}.{value.Minor}";
}
