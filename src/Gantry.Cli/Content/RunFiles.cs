using Gantry.Client;
using Gantry.Model.Api;
using Gantry.Model.Configurations;

namespace Gantry.Cli.Content;

/// <summary>The <c>files</c> of a configuration: packed before anything is asked or sent, uploaded when the run is submitted, and only what the server lacks.</summary>
internal sealed class RunFiles : IDisposable
{
    private readonly List<(FilePathMapping Mapping, Archive Archive)> packed = [];

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => packed.Count == 0;

    /// <summary>Packs them; what cannot be packed is a problem each.</summary>
    /// <param name="files">The mappings.</param>
    /// <param name="invocation">Around the command.</param>
    /// <param name="configurationFile">Relative paths begin beside it; <c>-</c> for standard input, where they begin in the working directory.</param>
    /// <param name="problems">Where problems go.</param>
    public static RunFiles Pack(IReadOnlyList<FilePathMapping> files, Invocation invocation, string configurationFile, List<string> problems)
    {
        var run = new RunFiles();
        foreach (var mapping in files)
        {
            var path = LocalPath(mapping.LocalPath, invocation, configurationFile);
            if (!Path.Exists(path))
            {
                problems.Add($"{configurationFile}: files: {mapping.LocalPath}: there is no {path}. Nothing was uploaded or submitted.");
                continue;
            }
            try
            {
                var archive = ArchiveWriter.Pack(path);
                run.packed.Add((mapping, archive));
                if (archive.LeftOut.Count > 0)
                    invocation.Terminal.Note($"files: {mapping.LocalPath}: left out, since these links lead out of it: {string.Join(", ", archive.LeftOut.Take(5))}{(archive.LeftOut.Count > 5 ? ", …" : "")}");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                problems.Add($"{configurationFile}: files: {mapping.LocalPath}: {error.Message} Nothing was uploaded or submitted.");
            }
        }
        return run;
    }

    /// <summary>A local path of a configuration as an absolute one.</summary>
    public static string LocalPath(string path, Invocation invocation, string configurationFile)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
            path = (invocation.Environment("HOME") is { Length: > 0 } home ? home.TrimEnd('/') : "/root") + path[1..];
        var beside = configurationFile == "-" ? invocation.WorkingDirectory : Path.GetDirectoryName(invocation.FullPath(configurationFile))!;
        var full = Path.GetFullPath(path, beside);
        return full.Length > 1 ? full.TrimEnd('/') : full;
    }

    /// <summary>Sees to it that the server has them all; the spec then names them.</summary>
    public async Task<RunSpec> UploadAsync(RunSpec spec, GantryClient client, CancellationToken cancellation)
    {
        if (IsEmpty)
            return spec;
        var uploaded = new List<FileArchiveMapping>(packed.Count);
        foreach (var (mapping, archive) in packed)
        {
            try
            {
                var known = await client.FindFileArchiveAsync(archive.Hash, cancellation)
                    ?? await client.UploadFileArchiveAsync(archive.Hash, archive.Content, cancellation);
                uploaded.Add(new FileArchiveMapping(known.Id, mapping.Path));
            }
            catch (ApiException error)
            {
                throw new CliException(ExitCodes.Refused, $"files: {mapping.LocalPath}: {error.Message} The run was not submitted.");
            }
        }
        return spec with { FileArchives = uploaded };
    }

    public void Dispose()
    {
        foreach (var (_, archive) in packed)
            archive.Dispose();
    }
}
