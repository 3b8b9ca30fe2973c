using Gantry.Agent.Logs;
using Gantry.Agent.Spool;

namespace Gantry.Agent.Jobs;

/// <summary>Watches what tells of one job: the files in its spool, and the process whose end is its own.</summary>
/// <param name="spool">The job.</param>
/// <param name="watcher">The operating system's word.</param>
/// <param name="logGrew">Its log is longer.</param>
/// <param name="changed">It may do something else than before.</param>
internal sealed class JobWatch(JobSpool spool, SpoolWatcher watcher, Action logGrew, Action changed)
{
    private int _directory = -1;
    private int _process;

    /// <summary>Watches its files.</summary>
    public void Begin() => _directory = _directory < 0 ? watcher.WatchDirectory(spool.Directory, FileChanged) : _directory;

    /// <summary>Watches a process, unless it does already or there is none (0).</summary>
    /// <param name="pid">The process.</param>
    /// <param name="gone">It ended, and its status was taken: from now on the pid may be another's.</param>
    public void Process(int pid, Action gone)
    {
        if (pid == 0 || _process == pid)
            return;
        _process = pid;
        watcher.WatchProcess(pid, gone);
    }

    /// <summary>Watches its files no more.</summary>
    public void End()
    {
        watcher.Forget(_directory);
        _directory = -1;
    }

    private void FileChanged(string name)
    {
        if (name is "output.log" or "")
            logGrew();
        if (name is "main" or "output.err" or "exit.new" or "exit.json" or "begun" or "")
            changed();
    }
}
