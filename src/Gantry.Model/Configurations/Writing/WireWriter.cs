using System.Globalization;
using System.Text.Json;
using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Writing;

/// <summary>The pieces of dstack's JSON: every key is written, also where its value is null.</summary>
internal static class WireWriter
{
    public static void Text(this Utf8JsonWriter json, string key, string? value)
    {
        if (value is null)
            json.WriteNull(key);
        else
            json.WriteString(key, value);
    }

    public static void Flag(this Utf8JsonWriter json, string key, bool? value)
    {
        if (value is { } flag)
            json.WriteBoolean(key, flag);
        else
            json.WriteNull(key);
    }

    public static void Integer(this Utf8JsonWriter json, string key, long? value)
    {
        if (value is { } number)
            json.WriteNumber(key, number);
        else
            json.WriteNull(key);
    }

    /// <summary>A floating-point number as Python prints it: <c>1.0</c>, not <c>1</c>.</summary>
    public static void Real(this Utf8JsonWriter json, string key, double? value)
    {
        json.WritePropertyName(key);
        if (value is not { } number)
            json.WriteNullValue();
        else if (double.IsInteger(number) && Math.Abs(number) < 1e15)
            json.WriteRawValue(number.ToString("F1", CultureInfo.InvariantCulture));
        else
            json.WriteNumberValue(number);
    }

    public static void Choice<TEnum>(this Utf8JsonWriter json, string key, TEnum? value) where TEnum : struct, Enum =>
        json.Text(key, value is { } choice ? WireName.Of(choice) : null);

    public static void Texts(this Utf8JsonWriter json, string key, IEnumerable<string>? values)
    {
        json.WritePropertyName(key);
        if (values is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartArray();
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    public static void List<T>(this Utf8JsonWriter json, string key, IEnumerable<T>? values, Action<Utf8JsonWriter, T> write)
    {
        json.WritePropertyName(key);
        if (values is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartArray();
        foreach (var value in values)
            write(json, value);
        json.WriteEndArray();
    }

    public static void Object<T>(this Utf8JsonWriter json, string key, T? value, Action<Utf8JsonWriter, T> write) where T : class
    {
        json.WritePropertyName(key);
        if (value is null)
            json.WriteNullValue();
        else
            write(json, value);
    }

    public static void Counts(this Utf8JsonWriter json, string key, Range<int> range)
    {
        json.WriteStartObject(key);
        json.Integer("min", range.Min);
        json.Integer("max", range.Max);
        json.WriteEndObject();
    }

    public static void Sizes(this Utf8JsonWriter json, string key, Range<double>? range)
    {
        if (range is not { } sizes)
        {
            json.WriteNull(key);
            return;
        }
        json.WriteStartObject(key);
        json.Real("min", sizes.Min);
        json.Real("max", sizes.Max);
        json.WriteEndObject();
    }

    /// <summary>Whole seconds.</summary>
    public static long Seconds(TimeSpan duration) => (long)duration.TotalSeconds;
}
