using System.Text;

namespace Gantry.Cli.Output;

/// <summary>Text in aligned columns, as wide as their widest cell. A column that is empty in every row is left out where it may be.</summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<(string Text, Style Style)[]> rows = [];
    private readonly HashSet<int> rightAligned = [];
    private readonly HashSet<int> optional = [];

    /// <summary>Numbers line up at their end.</summary>
    public Table AlignRight(params ReadOnlySpan<int> columns)
    {
        foreach (var column in columns)
            rightAligned.Add(column);
        return this;
    }

    /// <summary>Shown only when some row has something in it.</summary>
    public Table Optional(params ReadOnlySpan<int> columns)
    {
        foreach (var column in columns)
            optional.Add(column);
        return this;
    }

    public void Add(params (string Text, Style Style)[] cells) => rows.Add(cells);

    /// <summary>The table's lines, headings first, each indented by one space as dstack's.</summary>
    public IEnumerable<string> Lines(Terminal terminal)
    {
        var widths = new int[headings.Length];
        for (var column = 0; column < headings.Length; column++)
        {
            var widest = 0;
            foreach (var row in rows)
                widest = Math.Max(widest, row[column].Text.Length);
            widths[column] = widest == 0 && optional.Contains(column) ? -1 : Math.Max(widest, headings[column].Length);
        }
        if (Array.Exists(headings, heading => heading.Length > 0))
            yield return Line(Array.ConvertAll(headings, heading => (heading, Style.Bold)), widths, terminal);
        foreach (var row in rows)
            yield return Line(row, widths, terminal);
    }

    public void Print(Terminal terminal)
    {
        var text = new StringBuilder();
        foreach (var line in Lines(terminal))
            text.Append(line).Append('\n');
        terminal.Write(text.ToString());
    }

    private string Line((string Text, Style Style)[] cells, int[] widths, Terminal terminal)
    {
        var line = new StringBuilder(" ");
        var gap = 0;
        for (var column = 0; column < cells.Length; column++)
        {
            if (widths[column] < 0)
                continue;
            var (text, style) = cells[column];
            var pad = widths[column] - text.Length;
            // Padding waits for the next cell, so that no line ends in spaces.
            line.Append(' ', gap + (rightAligned.Contains(column) ? pad : 0));
            line.Append(terminal.Paint(text, style));
            gap = 2 + (rightAligned.Contains(column) ? 0 : pad);
        }
        return line.ToString().TrimEnd();
    }
}
