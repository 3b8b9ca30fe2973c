using System.Collections;
using System.Reflection;
using System.Text;

namespace Gantry.Model.Tests;

/// <summary>
/// A value as text, property by property. Records compare their lists by reference, and comparing what our own writer
/// prints would not see what it forgets.
/// </summary>
internal static class Structure
{
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Append(text, value, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value, int depth)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                return;
            case string or bool or Enum or int or long or double or TimeSpan:
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{value.GetType().Name} \"{value}\"");
                return;
            case IEnumerable items:
                text.Append('[');
                foreach (var item in items)
                {
                    NewLine(text, depth + 1);
                    Append(text, item, depth + 1);
                }
                text.Append(']');
                return;
        }
        text.Append(value.GetType().Name);
        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            NewLine(text, depth + 1);
            text.Append(property.Name).Append(": ");
            Append(text, property.GetValue(value), depth + 1);
        }
        foreach (var field in value.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            NewLine(text, depth + 1);
            text.Append(field.Name).Append(": ");
            Append(text, field.GetValue(value), depth + 1);
        }
    }

    private static void NewLine(StringBuilder text, int depth) => text.Append('\n').Append(' ', depth);
}
