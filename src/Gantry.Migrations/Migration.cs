using System.Globalization;

namespace Gantry.Migrations;

/// <summary>One step of a schema's life: a folder <c>NNNN_name</c> with <c>up.sql</c> and, if it can be undone, <c>down.sql</c>.</summary>
public sealed record Migration
{
    /// <summary>Its number: 1 for the first, without gaps.</summary>
    public required int Revision { get; init; }

    /// <summary>What follows the number in the folder's name.</summary>
    public required string Name { get; init; }

    /// <summary>The script that goes forward. Line ends are <c>\n</c>.</summary>
    public required string Up { get; init; }

    /// <summary>The script that goes back; null when there is none.</summary>
    public string? Down { get; init; }

    /// <summary>SHA-256 of <see cref="Up"/>, lower-case hex: a database remembers it, so that an edited history is noticed.</summary>
    public required string Checksum { get; init; }

    /// <summary>The folder's name: <c>0007_volume_owner</c>.</summary>
    public string FullName => Format(Revision, Name);

    internal static string Format(int revision, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{revision:D4}_{name}");

    /// <inheritdoc/>
    public override string ToString() => FullName;
}
