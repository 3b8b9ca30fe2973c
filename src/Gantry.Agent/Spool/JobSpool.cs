using System.Globalization;
using System.Text.Json;
using Gantry.Agent.Native;
using Gantry.Model.Link;

namespace Gantry.Agent.Spool;

/// <summary>One job's directory in the spool, <c>jobs/ID</c>. Which file means what is in docs/agent.md.</summary>
internal sealed class JobSpool(Guid jobId, string directory)
{
    /// <summary>Bytes that the padded files take: more than their longest content.</summary>
    private const int Padding = 512;

    /// <summary>The job.</summary>
    public Guid JobId => jobId;

    /// <summary>Its directory.</summary>
    public string Directory => directory;

    /// <summary>What to start.</summary>
    public string OrderPath => At("order.json");
    /// <summary>Created once, before the process is started: with it there, nobody starts the job any more.</summary>
    public string ClaimPath => At("claim");
    /// <summary>Created once by the wrapper, with its identity, or by an agent that gave the wrapper up.</summary>
    public string BegunPath => At("begun");
    /// <summary>The main process's stat line, written by itself before it becomes the job's command.</summary>
    public string MainPath => At("main");
    /// <summary>The script that becomes the job.</summary>
    public string StartPath => At("start");
    /// <summary>The job's command where it is too long for an argument.</summary>
    public string CommandPath => At("command");
    /// <summary>The named pipe that the job writes to. In a directory of its own: the job's is watched, and each write to the pipe would be an event.</summary>
    public string PipePath => At("io/out");
    /// <summary>All that the job wrote.</summary>
    public string OutputPath => At("output.log");
    /// <summary>What the wrapper's cat complains about.</summary>
    public string OutputErrorPath => At("output.err");
    /// <summary>What the wrapper's shell complains about.</summary>
    public string WrapperErrorPath => At("wrapper.err");
    /// <summary>The exit record in the making.</summary>
    public string ExitDraftPath => At("exit.new");
    /// <summary>The exit record.</summary>
    public string ExitPath => At("exit.json");
    /// <summary>That it is to end.</summary>
    public string StopPath => At("stop.json");
    /// <summary>An end that the agent determined.</summary>
    public string ResultPath => At("result.json");
    /// <summary>How much of the log's beginning was dropped, in bytes.</summary>
    public string DroppedPath => At("dropped");
    /// <summary>The job's own working directory.</summary>
    public string WorkPath => At("work");
    /// <summary>Its container's id, by Docker's word.</summary>
    public string ContainerPath => At("container");
    /// <summary>That its lease is over, and when it is to be killed.</summary>
    public string LeaseOverPath => At("lease-over");
    /// <summary>The script by which others enter the job.</summary>
    public string EntryPath => At("enter");
    /// <summary>What sshd needs for those who attach: made by the first.</summary>
    public string SshDirectory => At("ssh");
    /// <summary>What <c>DSTACK_MPI_HOSTFILE</c> names.</summary>
    public string HostfilePath => At("hostfile");

    /// <summary>Keeps the order, but not who fetches its image: that is secret, and its server says it again.</summary>
    /// <exception cref="IOException">No room, or no directory to write to.</exception>
    public void Accept(JobOrder order)
    {
        System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var kept = order.Container is { RegistryAuth: not null } container ? order with { Container = container with { RegistryAuth = null } } : order;
        SpoolFiles.WriteWhole(OrderPath, kept, LinkJson.Default.JobOrder, flush: true);
    }

    /// <summary>The order; null when there is none.</summary>
    /// <exception cref="JsonException">It is damaged.</exception>
    public JobOrder? ReadOrder() => SpoolFiles.Read(OrderPath, LinkJson.Default.JobOrder);

    /// <summary>Whether the job was ever claimed for a start.</summary>
    public bool IsClaimed => File.Exists(ClaimPath);

    /// <summary>Claims it; true for exactly one caller, ever, and then on the disk.</summary>
    public bool TryClaim()
    {
        if (!SpoolFiles.TryCreate(ClaimPath))
            return false;
        SpoolFiles.FlushDirectory(directory);
        return true;
    }

    /// <summary>Makes a file that can be filled later without room on the disk.</summary>
    private static void WritePadded(string path)
    {
        Span<byte> blanks = stackalloc byte[Padding];
        blanks.Fill((byte)' ');
        SpoolFiles.WriteNew(path, blanks);
    }

    /// <summary>The exit record; null as long as the job's main process runs. Incomplete as long as its output is being written.</summary>
    /// <exception cref="JsonException">It is damaged.</exception>
    public ExitRecord? ReadExit()
    {
        if (SpoolFiles.Read(ExitPath, SpoolJson.Default.ExitRecord) is { } exit)
            return exit with { OutputStatus = exit.OutputStatus ?? 0 };
        return ReadExitDraft();
    }

    /// <summary>Keeps the exit record of a container, without room on the disk.</summary>
    public void KeepExit(ExitRecord exit)
    {
        WriteInPlace(ExitDraftPath, JsonSerializer.SerializeToUtf8Bytes(exit, SpoolJson.Default.ExitRecord));
        File.Move(ExitDraftPath, ExitPath, overwrite: true);
    }

    /// <summary>Keeps why its output can not be kept, without room on the disk.</summary>
    public void KeepComplaint(string why) => WriteInPlace(OutputErrorPath, System.Text.Encoding.UTF8.GetBytes(why));

    /// <summary>Makes the files that have to be there before a job starts, so that its end is recorded on a full disk, too.</summary>
    public void PrepareRecords()
    {
        // Never replaced: a connection may read the one that an agent made which died before the claim.
        SpoolFiles.TryCreate(OutputPath);
        WritePadded(OutputErrorPath);
        WritePadded(MainPath);
        WritePadded(ExitDraftPath);
    }

    private static void WriteInPlace(string path, ReadOnlySpan<byte> text)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, text[..Math.Min(text.Length, Padding)], 0);
    }

    private ExitRecord? ReadExitDraft()
    {
        var draft = SpoolFiles.Text(ExitDraftPath);
        try
        {
            return string.IsNullOrWhiteSpace(draft) ? null : JsonSerializer.Deserialize(draft, SpoolJson.Default.ExitRecord);
        }
        catch (JsonException)
        {
            // Written in place, and read halfway: there will be another look when it is whole.
            return null;
        }
    }

    /// <summary>Keeps an end that the agent determined, if there is room for it: without it a next agent comes to the same end from the same files.</summary>
    public void TryKeepResult(ResultRecord result)
    {
        if (!System.IO.Directory.Exists(directory))
            return;
        try
        {
            SpoolFiles.WriteWhole(ResultPath, result, SpoolJson.Default.ResultRecord, flush: false);
        }
        catch (IOException)
        {
            // No room.
        }
    }

    /// <summary>An end that an agent determined; null when there is none, or it is damaged and to be determined again.</summary>
    public ResultRecord? TryReadResult()
    {
        try
        {
            return SpoolFiles.Read(ResultPath, SpoolJson.Default.ResultRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether how it ended is on record.</summary>
    public bool IsRecorded => File.Exists(ExitPath) || File.Exists(ResultPath);

    /// <summary>Its container's id; null for a process, or before there is one.</summary>
    public string? ReadContainer() => SpoolFiles.Text(ContainerPath)?.Trim() is { Length: > 0 } id ? id : null;

    /// <summary>Notes for good that its lease is over. On a full disk the time gets lost, and it is killed at once.</summary>
    /// <param name="killAt">When to kill what is left, by the clock since the boot.</param>
    /// <exception cref="IOException">It could not be noted.</exception>
    public void MarkLeaseOver(TimeSpan killAt)
    {
        try
        {
            SpoolFiles.WriteNew(LeaseOverPath + ".tmp", System.Text.Encoding.ASCII.GetBytes(((long)killAt.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)));
            File.Move(LeaseOverPath + ".tmp", LeaseOverPath, overwrite: true);
        }
        catch (IOException exception) when (Libc.IsDiskFull(exception))
        {
            SpoolFiles.TryCreate(LeaseOverPath);
        }
    }

    /// <summary>When to kill what is left, since its lease is over; null while it is not.</summary>
    public TimeSpan? ReadLeaseOver() => !File.Exists(LeaseOverPath) || SpoolFiles.Text(LeaseOverPath) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var millis) ? TimeSpan.FromMilliseconds(millis) : TimeSpan.Zero;

    /// <summary>Bytes of its log.</summary>
    public long LogLength
    {
        get
        {
            var file = new FileInfo(OutputPath);
            return file.Exists ? file.Length : 0;
        }
    }

    /// <summary>Removes all of it; false when something is still there.</summary>
    public bool TryDelete()
    {
        try
        {
            if (System.IO.Directory.Exists(directory))
                System.IO.Directory.Delete(directory, recursive: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string At(string name) => Path.Combine(directory, name);
}
