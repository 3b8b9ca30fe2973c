using System.Data.Common;

namespace Gantry.Bench.Backfill;

/// <summary>An engine with a table of so many rows whose new column is to be filled, as often as wanted.</summary>
internal abstract class BackfillEngine : IAsyncDisposable
{
    /// <summary>How it is named in the report.</summary>
    public abstract string Name { get; }

    /// <summary>Makes the table and its rows.</summary>
    public abstract Task PrepareAsync(int rows);

    /// <summary>A fresh copy of that database; its address as <c>--database</c> takes it.</summary>
    public abstract Task<string> CopyAsync();

    /// <summary>A connection beside the upgrade, for somebody who writes meanwhile.</summary>
    public abstract DbConnection Connect(string address);

    /// <summary>A small write, such as an application makes all the time; it waits for whoever is in its way.</summary>
    public abstract string SmallWrite { get; }

    public abstract ValueTask DisposeAsync();

    /// <summary>The tables of revision 1.</summary>
    protected const string Tables = """
        CREATE TABLE parents (id INTEGER NOT NULL PRIMARY KEY, owner_id INTEGER NOT NULL);
        CREATE TABLE items (id INTEGER NOT NULL PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parents (id), payload TEXT NOT NULL, touched INTEGER NOT NULL DEFAULT 0);
        """;
}
