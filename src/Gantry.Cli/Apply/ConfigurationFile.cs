using Gantry.Model.Configurations;

namespace Gantry.Cli.Apply;

/// <summary>The file that a command is about.</summary>
internal static class ConfigurationFile
{
    /// <summary>What is read when no file is named.</summary>
    public const string DefaultName = ".dstack.yml";

    /// <summary>Reads and parses a file, or standard input for <c>-</c>.</summary>
    public static ParseResult<Configuration> Parse(Invocation invocation, string file) => file == "-"
        ? ConfigurationParser.Parse(invocation.Terminal.ReadInput(), "stdin")
        : ConfigurationParser.Parse(Read(invocation, file), file);

    /// <summary>The same, for a command that needs a valid one: ends with the problems otherwise.</summary>
    public static Configuration Require(Invocation invocation, string file)
    {
        var parsed = Parse(invocation, file);
        return parsed.Value ?? throw new CliException(ExitCodes.Invalid, parsed.PrintProblems());
    }

    /// <summary>The bytes of a file; a missing one ends with a sentence that says what to do.</summary>
    public static byte[] Read(Invocation invocation, string file)
    {
        var path = invocation.FullPath(file);
        try
        {
            return new FileInfo(path) is { Exists: true, Length: > ConfigurationParser.MaxLength }
                ? throw new CliException(ExitCodes.Invalid, $"{file}: this is larger than 1 MiB, and so no configuration.")
                : File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException(ExitCodes.Invalid, file == DefaultName
                ? $"There is no {DefaultName} in {invocation.WorkingDirectory}. Name a file with -f FILE."
                : $"{file}: there is no such file.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Invalid, $"{file}: {error.Message}");
        }
    }
}
