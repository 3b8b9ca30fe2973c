using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gantry.Migrations.Check.Output;

/// <summary>JSON as these reports write it: indented, and with the quotes of SQL left legible. It never goes into HTML.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(TextWriter output, Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
            write(json);
        output.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }
}
