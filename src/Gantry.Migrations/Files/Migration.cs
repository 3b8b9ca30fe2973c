using System.Globalization;

namespace Gantry.Migrations.Files;

/// <summary>One step of a schema's life, in any layout: what goes forward and, if it can be undone, what goes back.</summary>
public sealed record Migration
{
    /// <summary>Its place in the order: 1 for the first, without gaps, whatever the layout numbers it by.</summary>
    public required int Revision { get; init; }

    /// <summary>What it is called beside its number: <c>volume_owner</c>.</summary>
    public required string Name { get; init; }

    /// <summary>As its files name it: <c>0007_volume_owner</c>, <c>V7__volume_owner</c>, <c>82b32a135ea2</c>.</summary>
    public required string FullName { get; init; }

    /// <summary>What goes forward, for each engine that it is written for. A portable script stands under both.</summary>
    public required IReadOnlyDictionary<Dialect, MigrationScript> Up { get; init; }

    /// <summary>What goes back; empty when there is no way back.</summary>
    public required IReadOnlyDictionary<Dialect, MigrationScript> Down { get; init; }

    /// <summary>Declared <c>-- irreversible</c>: going back would lose data, and nobody pretends otherwise.</summary>
    public bool Irreversible { get; init; }

    /// <summary><c>-- requires: 0012</c>: the oldest revision that a running replica may be at when this is applied; null when any may.</summary>
    public int? Requires { get; init; }

    /// <summary><c>-- changes-rows: volumes, projects</c>: tables whose number of rows the migration means to change.</summary>
    public IReadOnlyList<string> ChangesRows { get; init; } = [];

    /// <summary>SHA-256 of all its forward scripts, lower-case hex: a database remembers it, so that an edited history is noticed.</summary>
    public required string Checksum { get; init; }

    /// <summary><c>0007_volume_owner</c> from its parts.</summary>
    internal static string Format(int revision, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{revision:D4}_{name}");

    /// <inheritdoc/>
    public override string ToString() => FullName;
}
