namespace Gantry.Model.Configurations.Reading;

/// <summary>Reads <c>type: dev-environment</c>.</summary>
internal static class DevEnvironmentReader
{
    public static DevEnvironmentConfiguration Read(Fields fields) => RunReader.Read(fields, new DevEnvironmentConfiguration
    {
        Ide = fields.Choice<Ide>("ide"),
        Version = fields.Text("version"),
        Init = fields.Texts("init") ?? [],
        InactivityDuration = ProfileFields.DurationOrOff(fields, "inactivity_duration")?.Duration,
    });
}
