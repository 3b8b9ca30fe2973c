using System.Globalization;
using System.Text;
using Gantry.Agent.Gpus;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Agent.Ssh;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors.Process;

/// <summary>
/// The script that becomes a job: it writes down who it is, takes on the job's environment and directory, and turns into the
/// job's command. A file for the owner only, so that no value of the environment is ever on a command line.
/// </summary>
internal static class StartScript
{
    /// <summary>The script's text.</summary>
    /// <exception cref="StartRefusedException">A variable's name or value is impossible.</exception>
    public static string Text(
        JobSpool spool, JobOrder order, IReadOnlyList<string> command, string directory, UnixAccount? account, string? setpriv, int umask)
    {
        var script = new StringBuilder();
        // Into the padded file in place: needs no room.
        script.Append("IFS= read -r stat < \"/proc/$$/stat\" && printf '%s\\n' \"$stat\" 1<> main || exit 125\n");
        Surround(script, spool, order, directory, account, umask);
        script.Append("exec");
        BecomeUser(script, account, setpriv);
        foreach (var argument in command)
            script.Append(' ').Append(Quote(argument));
        return script.Append('\n').ToString();
    }

    /// <summary>A script that runs its arguments as the job's command runs: for those who look into the job. With <c>--ssh</c> what sshd was asked for, or a shell.</summary>
    /// <exception cref="StartRefusedException">A variable's name or value is impossible.</exception>
    public static string EntryText(JobSpool spool, JobOrder order, string directory, UnixAccount? account, string? setpriv, int umask)
    {
        var script = new StringBuilder();
        // A connection may be kept for longer than the job; what is started over it then would be nobody's.
        script.Append(CultureInfo.InvariantCulture, $"[ ! -e {Quote(spool.ExitPath)} ] || {{ echo 'The job has ended.' >&2; exit 255; }}\n");
        Surround(script, spool, order, directory, account, umask);
        script.Append("""
            shell=/bin/sh
            [ -x /bin/bash ] && shell=/bin/bash
            if [ $# -eq 0 ]; then
              set -- "$shell"
            elif [ "$1" = --ssh ]; then
              set -- "$shell"
              case ${SSH_ORIGINAL_COMMAND-} in
                '') ;;
                SFTP) set -- /bin/sh -c FIND ;;
                *) set -- "$shell" -c "$SSH_ORIGINAL_COMMAND" ;;
              esac
            fi
            exec
            """.Replace("SFTP", SshdSettings.SftpCommand, StringComparison.Ordinal).Replace("FIND", Quote(SshdSettings.FindSftp), StringComparison.Ordinal));
        BecomeUser(script, account, setpriv);
        return script.Append(" \"$@\"\n").ToString();
    }

    private static void Surround(StringBuilder script, JobSpool spool, JobOrder order, string directory, UnixAccount? account, int umask)
    {
        script.Append(CultureInfo.InvariantCulture, $"umask {Convert.ToString(umask, 8).PadLeft(4, '0')}\n");
        if (account is not null)
            Export(script, [new("HOME", account.Home), new("USER", account.Name), new("LOGNAME", account.Name)]);
        Export(script, order.Env);
        Export(script, GpuVariables.Of(order.Gpus));
        Export(script, [new("DSTACK_WORKING_DIR", directory), new(ProcessTable.Marker, order.JobId.ToString())]);
        if (order.Repo is { } repo)
            Export(script, [new("DSTACK_REPO_DIR", WorkingDirectory.Resolve(repo.Path, directory, account))]);
        if (order.NodeIps.Count > 0)
            Export(script, [new("DSTACK_MPI_HOSTFILE", HostfilePath(spool, account))]);
        if (order.NodeSsh is not null)
            script.Append(CultureInfo.InvariantCulture, $"PATH={Quote(NodeSshClient.DirectoryOf(spool, account) + "/bin")}:$PATH\n");
        script.Append("cd ").Append(Quote(directory)).Append(" || exit 126\n");
    }

    private static void BecomeUser(StringBuilder script, UnixAccount? account, string? setpriv)
    {
        if (account is null)
            return;
        var groups = account.IsListed ? "--init-groups" : "--clear-groups";
        script.Append(CultureInfo.InvariantCulture, $" {Quote(setpriv!)} --reuid {account.Uid} --regid {account.Gid} {groups} --");
    }

    /// <summary>Writes the nodes' addresses for <c>mpirun --hostfile</c>, if there are any.</summary>
    public static void WriteHostfile(JobSpool spool, JobOrder order, UnixAccount? account)
    {
        if (order.NodeIps.Count == 0)
            return;
        var path = HostfilePath(spool, account);
        SpoolFiles.WriteNew(path, Encoding.UTF8.GetBytes(Hostfile.Text(order)));
        if (account is not null && Libc.chown(path, account.Uid, account.Gid) != 0)
            throw Libc.Error("Cannot hand the hostfile to the job's user");
    }

    /// <summary>Where the hostfile of a job of another user is.</summary>
    public static string SharedHostfile(Guid jobId) => $"/tmp/gantry-hostfile-{jobId}";

    // Another user can not look into the spool.
    private static string HostfilePath(JobSpool spool, UnixAccount? account) => account is null ? spool.HostfilePath : SharedHostfile(spool.JobId);

    /// <summary>Text as one word of a shell.</summary>
    public static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static void Export(StringBuilder script, IEnumerable<KeyValuePair<string, string>> variables)
    {
        foreach (var (name, value) in variables)
        {
            if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
                throw new StartRefusedException($"The environment variable {name} has a name that no shell accepts: letters, digits and _ only, not beginning with a digit.");
            if (value.Contains('\0'))
                throw new StartRefusedException($"The value of the environment variable {name} holds a zero byte, which no variable can.");
            script.Append("export ").Append(name).Append('=').Append(Quote(value)).Append('\n');
        }
    }
}
