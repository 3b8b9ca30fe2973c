using System.Globalization;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Engine.Volumes;

/// <summary>Names of volumes that differ from node to node: <c>${{ dstack.node_rank }}</c>, and <c>${{ dstack.job_num }}</c>, which is the same.</summary>
internal static class VolumeNames
{
    /// <summary>The mount of one node.</summary>
    public static MountPoint Of(MountPoint mount, int jobNum) => mount is VolumeMountPoint volume && volume.Names.Any(IsOpen)
        ? volume with { Names = [.. volume.Names.Select(name => Interpolation.Replace(name, expression => Value(expression, jobNum)))] }
        : mount;

    /// <summary>Expressions in the names that mean nothing there.</summary>
    public static IEnumerable<string> Unknown(VolumeMountPoint volume) =>
        volume.Names.SelectMany(name => Interpolation.Find(name).Where(expression => Value(expression, 0) is null).Select(expression => name.Substring(expression.Start, expression.Length)));

    private static bool IsOpen(string name) => name.Contains("${{", StringComparison.Ordinal);

    private static string? Value(InterpolationExpression expression, int jobNum) =>
        expression is { Namespace: "dstack", Name: "node_rank" or "job_num" } ? jobNum.ToString(CultureInfo.InvariantCulture) : null;
}
