using System.Buffers;
using System.Text;
using System.Text.Json;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Upgrade;

namespace Gantry.Cli.Databases;

/// <summary>Where a database is and what was done to it, for programs.</summary>
internal static class UpgradeJson
{
    public static string Of(DatabaseAddress address, UpgradeResult result) => Write(json =>
    {
        json.WriteString("database", address.Display);
        json.WriteNumber("from", result.From);
        json.WriteNumber("to", result.To);
        Names(json, "applied", result.Applied.Select(migration => migration.FullName));
        if (result.Plan is { } plan)
            Names(json, "planned", plan.Migrations.Select(planned => planned.Migration.FullName));
        json.WriteString("backup", result.Backup);
    });

    public static string Of(DatabaseAddress address, UpgradeStatus status) => Write(json =>
    {
        json.WriteString("database", address.Display);
        json.WriteNumber("revision", status.Revision);
        Names(json, "pending", status.Pending.Select(migration => migration.FullName));
        json.WriteString("holder", status.Holder);
        if (status.Running is not { } running)
        {
            json.WriteNull("running");
            return;
        }
        json.WriteStartObject("running");
        json.WriteString("migration", running.Migration);
        json.WriteNumber("step", running.Step);
        json.WriteNumber("steps", running.Steps);
        json.WriteNumber("rows_done", running.RowsDone);
        json.WriteNumber("rows_total", running.RowsTotal);
        json.WriteString("started_at", running.StartedAt);
        json.WriteEndObject();
    });

    public static string OfDown(DatabaseAddress address, string? undone) => Write(json =>
    {
        json.WriteString("database", address.Display);
        json.WriteString("undone", undone);
    });

    private static void Names(Utf8JsonWriter json, string name, IEnumerable<string> names)
    {
        json.WriteStartArray(name);
        foreach (var each in names)
            json.WriteStringValue(each);
        json.WriteEndArray();
    }

    private static string Write(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        fields(json);
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
