using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Facts;

/// <summary>The name by which a statement's own conditions call the table that it changes.</summary>
internal static class TargetName
{
    public static string Alias(this UpdateStatement update) => Of(update.Table);

    public static string Of(TableReference table) => table.Alias?.Text ?? table.Name.Last;
}
