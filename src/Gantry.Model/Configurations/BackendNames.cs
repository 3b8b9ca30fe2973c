namespace Gantry.Model.Configurations;

/// <summary>The backends that dstack's language knows.</summary>
public static class BackendNames
{
    /// <summary>Every name, as <c>backends</c> may hold it.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "amddevcloud", "aws", "azure", "cloudrift", "crusoe", "cudo", "datacrunch", "digitalocean", "dstack", "gcp", "hotaisle", "jarvislabs",
        "kubernetes", "lambda", "nebius", "oci", "remote", "runpod", "slurm", "tensordock", "vastai", "verda", "vultr",
    ];
}
