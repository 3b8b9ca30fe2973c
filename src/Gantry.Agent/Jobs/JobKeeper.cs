using System.Text.Json;
using System.Threading.Channels;
using Gantry.Agent.Executors;
using Gantry.Agent.Logs;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Jobs;

/// <summary>
/// Keeps one job: starts it at most once, sees what it does, ends it when told to. All that happens to a job goes through one
/// queue and is done one thing after the other, so nothing here needs a lock; what others see is <see cref="Observed"/>.
/// Whatever is done is decided from the files in the job's spool, never from what this object remembers: the agent may have died between any two steps.
/// </summary>
internal sealed class JobKeeper
{
    private readonly JobSpool _spool;
    private readonly JobSurroundings _around;
    private readonly Channel<JobCommand> _commands = Channel.CreateUnbounded<JobCommand>(new() { SingleReader = true });
    private readonly ITimer _timer;
    private JobOrder? _order;
    private readonly JobReport _report;
    private volatile bool _hasEnded;
    private readonly JobStop _stop;
    private readonly JobLeftovers _leftovers;
    private volatile int _started;
    private readonly JobWatch _watch;
    private int _lookPending;
    private bool _witnessed, _isRunning, _isPreparing, _isUnwanted;

    /// <summary>A keeper; <see cref="Open"/> or <see cref="Accept"/> begins its work.</summary>
    public JobKeeper(JobSpool spool, JobSurroundings around)
    {
        _spool = spool;
        _around = around;
        _report = new JobReport(spool.JobId);
        _timer = around.Time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _stop = new JobStop(spool, around.Log);
        _leftovers = new JobLeftovers(spool, around.Time);
        Log = new JobLog(spool);
        _watch = new JobWatch(spool, around.Watcher, () => around.LogGrew(this), Look);
    }

    /// <summary>The job.</summary>
    public Guid JobId => _spool.JobId;

    /// <summary>The server that owns it; empty when its order can not be read.</summary>
    public Guid ServerId => _report.Now.ServerId;

    /// <summary>What it does, with the present length of its log.</summary>
    public ObservedJob Observed => _report.Now with { LogBytes = Log.Length };

    /// <summary>Whether it ended in whatever way, and its log is whole. Never becomes false again.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>Whether it runs only while its server's lease lasts.</summary>
    public bool IsLeased => _order is { Leased: true };

    /// <summary>Its files.</summary>
    public JobSpool Spool => _spool;

    /// <summary>Whether it was forgotten.</summary>
    public bool IsForgotten { get; private set; }

    /// <summary>Its log.</summary>
    public JobLog Log { get; }

    /// <summary>Takes a new job into the spool.</summary>
    public void Accept(JobOrder order)
    {
        _report.Name(_order = order);
        try
        {
            _around.RequireRoom();
            _spool.Accept(order);
        }
        catch (Exception exception)
        {
            FailStart(exception);
        }
        Run();
    }

    /// <summary>Finds a job of an earlier agent in the spool.</summary>
    public void Open()
    {
        try
        {
            if (_spool.ReadOrder() is { } order)
                _report.Name(_order = order);
            else
                _report.Trouble(JobReport.OrderMissing);
            _stop.Read();
        }
        catch (JsonException exception)
        {
            _report.Trouble($"A file of the job in the agent's spool is damaged: {exception.Message}");
            _around.Log.Error($"job {JobId}: {_report.Now.Error}");
        }
        _watch.Begin();
        Reopen();
        Run();
    }

    /// <summary>A server wants it to run.</summary>
    public void Want() => _commands.Writer.TryWrite(new JobCommand(JobAct.Want));

    /// <summary>Its server wants it to end.</summary>
    public void Stop(double? graceSeconds) => _commands.Writer.TryWrite(new JobCommand(JobAct.Stop, graceSeconds));

    /// <summary>Its lease is over, and was marked so. What is left at its end is killed by who keeps the leases.</summary>
    public void EndLease() => _commands.Writer.TryWrite(new JobCommand(JobAct.EndLease));

    /// <summary>Its server has its end; the spool may go.</summary>
    public void Forget() => _commands.Writer.TryWrite(new JobCommand(JobAct.Forget));

    /// <summary>Something may have changed: look.</summary>
    public void Look()
    {
        if (Interlocked.Exchange(ref _lookPending, 1) == 0)
            _commands.Writer.TryWrite(new JobCommand(JobAct.Look));
    }

    private void Run()
    {
        _isRunning = true;
        _ = Task.Run(WorkAsync);
    }

    private async Task WorkAsync()
    {
        await foreach (var command in _commands.Reader.ReadAllAsync())
        {
            try
            {
                Do(command);
            }
            catch (Exception exception)
            {
                // One job's trouble, of whatever kind, stays its own; the sweep looks again.
                _around.Log.Error($"job {JobId}: {command.Act} failed: {exception}");
            }
            if (IsForgotten)
                return;
        }
    }

    private void Do(JobCommand command)
    {
        switch (command.Act)
        {
            case JobAct.Want when !_hasEnded && !_spool.IsClaimed:
                Start();
                break;
            case JobAct.Stop when !_hasEnded:
                NoteStop(command.GraceSeconds);
                break;
            case JobAct.EndLease when !_hasEnded:
                NoteStop(null);
                break;
            case JobAct.Look:
                Volatile.Write(ref _lookPending, 0);
                if (_isUnwanted)
                    Discard();
                else if (!_hasEnded && _spool.IsClaimed)
                    SeeExecution();
                else if (!_hasEnded && _isPreparing)
                    Start();
                break;
            case JobAct.Forget when _hasEnded:
                _isUnwanted = true;
                Discard();
                break;
        }
    }

    private void Start()
    {
        if (_order is null)
        {
            End(ObservedState.FailedToStart, _report.Now.Error);
            return;
        }
        try
        {
            if (_around.Executors.Find(_order) is null)
                throw new StartRefusedException($"This host's agent can not run jobs with the executor {_order.Executor}.");
            _around.RequireRoom();
            if (!IsPrepared(_order))
                return;
            if (!_around.Leases.AllowsGuarded(_order))
                throw new StartRefusedException(JobReport.LeaseOverBeforeStart);
            _watch.Begin();
            if (!_spool.TryClaim())
                return;
        }
        catch (Exception exception)
        {
            // Whatever it is: nothing was started.
            FailStart(exception);
            return;
        }
        try
        {
            _witnessed = true;
            _started = Executor.Start(_spool);
        }
        catch (IOException exception)
        {
            FailStart(exception);
            return;
        }
        WatchProcess(_started);
        _around.Log.Info($"job {JobId} ({_order.ProjectName}/{_order.JobName}) started");
    }

    private bool IsPrepared(JobOrder order)
    {
        var preparation = Executor.Prepare(_spool, order);
        _isPreparing = preparation != Preparation.Ready || !_around.NodeSshd.Admit(_spool, order);
        if (preparation == Preparation.Pulling && _report.Pull(Executor.ImagePull(_spool)))
            _around.Changed(this);
        return !_isPreparing;
    }

    private void SeeExecution()
    {
        var execution = Executor.Observe(_spool, _started);
        WatchProcess(execution.Watch);
        switch (execution.Phase)
        {
            case ExecutionPhase.Running:
                _witnessed = true;
                if (_report.Run(execution))
                    _around.Changed(this);
                if (execution.Problem is not null)
                    StopWithoutOutput(execution.Problem);
                GoOnStopping();
                break;
            case ExecutionPhase.Ending:
                _witnessed = true;
                LookIn(_leftovers.See(Executor, _witnessed));
                break;
            case ExecutionPhase.Ended:
                // Found ended when the agent came: JobTable.Load looks for strays of all such jobs at once.
                if (_isRunning && _leftovers.Kill(Executor, _witnessed) is { } pause)
                {
                    LookIn(pause);
                    break;
                }
                _report.Run(execution);
                End(execution.DiskFull ? ObservedState.DiskFull : ObservedState.Exited, execution.Problem, execution.FinishedAt, execution.ExitStatus);
                break;
            case ExecutionPhase.Gone:
                SeeGone(execution);
                break;
            case ExecutionPhase.NotStarted:
                End(execution.DiskFull ? ObservedState.DiskFull : ObservedState.FailedToStart, execution.Problem);
                break;
        }
    }

    private void SeeGone(Execution execution)
    {
        if ((_leftovers.Kill(Executor, _witnessed) ?? _leftovers.AwaitOutput(Executor)) is { } pause)
            LookIn(pause);
        else
            End(ObservedState.Lost, execution.Problem);
    }

    private void LookIn(TimeSpan time) => _timer.Change(time < JobPatience.LongestTimer ? time : JobPatience.LongestTimer, Timeout.InfiniteTimeSpan);

    private void NoteStop(double? graceSeconds)
    {
        _stop.Ask(graceSeconds, _around.Time.GetUtcNow());
        if (_spool.IsClaimed)
        {
            _stop.Keep();
            SeeExecution();
        }
        else
        {
            Executor.Forget(_spool);
            End(ObservedState.FailedToStart, JobReport.StoppedBeforeStart);
        }
    }

    // With nobody to take its output it would die of a closed pipe at its next line anyway: let it end in order, and soon.
    private void StopWithoutOutput(string problem)
    {
        if (_stop.Deadline is not null)
            return;
        _around.Log.Error($"job {JobId} is stopped: {problem}");
        _stop.Ask(JobPatience.WithoutOutputSeconds, _around.Time.GetUtcNow());
        _stop.Keep();
    }

    private void GoOnStopping()
    {
        if (_stop.GoOn(Executor, _witnessed, _around.Time.GetUtcNow()) is { } left)
            LookIn(left);
    }

    private void FailStart(Exception exception)
    {
        _around.Log.Error($"job {JobId} not started: {exception.Message}");
        var (state, sentence) = StartFailure.Of(exception);
        End(state, sentence);
    }

    private void End(ObservedState state, string? error, DateTimeOffset? finishedAt = null, int? exitStatus = null)
    {
        var at = finishedAt ?? _around.Time.GetUtcNow();
        (state, error) = _around.EndOf(_spool, _order, state, error);
        _report.End(state, error, at, exitStatus);
        // With an exit status there is an exit record, which says more.
        if (exitStatus is null)
            _spool.TryKeepResult(new ResultRecord { State = state, Error = error ?? "", At = at });
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _watch.End();
        _hasEnded = true;
        _around.Log.Info($"job {JobId} ended: {state}{(exitStatus is { } status ? $" {status}" : "")}");
        _around.Changed(this);
    }

    // What an earlier agent determined stays so; anything else is found out from the processes.
    private void Reopen()
    {
        if (_spool.TryReadResult() is { } result)
        {
            _report.End(result.State, result.Error, result.At, null);
            _watch.End();
            _hasEnded = true;
        }
        else if (_spool.IsClaimed)
            SeeExecution();
        else if (_order is null)
            End(ObservedState.FailedToStart, _report.Now.Error);
        else if (_stop.IsAsked)
            End(ObservedState.FailedToStart, JobReport.StoppedBeforeStart);
    }

    private void WatchProcess(int pid) => _watch.Process(pid, () =>
    {
        _started = 0;
        Look();
    });

    // An order that can not be read names none. What runs can then only be found as a process.
    private IExecutor Executor => _order is null ? _around.Executors.Process : _around.Executors.Find(_order) ?? _around.Executors.Process;

    private void Discard()
    {
        Log.Dispose();
        Executor.Forget(_spool);
        if (!_spool.TryDelete())
        {
            // The wrapper is just giving the exit record its name, say.
            LookIn(JobPatience.Leftover);
            return;
        }
        IsForgotten = true;
        _timer.Dispose();
        _commands.Writer.TryComplete();
        _around.Forgotten(this);
        _around.Log.Info($"job {JobId} forgotten");
    }
}
