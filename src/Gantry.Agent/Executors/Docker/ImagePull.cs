using Gantry.Agent.Jobs;
using Gantry.Model.Configurations;
using Gantry.Model.Link;

namespace Gantry.Agent.Executors.Docker;

/// <summary>Sees to it that a job's image is here: one that is not is fetched. Nothing of it is kept; an agent that comes later begins anew.</summary>
internal sealed class ImagePull : IDisposable
{
    /// <summary>How long a job that is to start waits for a daemon that does not answer: it may be starting, too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>How often its progress is told at most.</summary>
    private static readonly TimeSpan TellPause = TimeSpan.FromSeconds(1);

    private readonly DockerImages _images;
    private readonly string _image;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task<DockerImage> _work;
    private readonly Action _changed;
    private readonly PullTally _tally = new();
    private volatile ImagePullProgress? _progress;
    private volatile bool _isPulling;
    private long? _toldAt;

    /// <summary>Begins.</summary>
    /// <param name="images">Docker.</param>
    /// <param name="image">The image.</param>
    /// <param name="auth">Credentials for its registry.</param>
    /// <param name="time">The clock.</param>
    /// <param name="changed">Called when it fetches, and when it is done.</param>
    public ImagePull(DockerImages images, string image, RegistryAuth? auth, TimeProvider time, Action changed)
    {
        (_images, _image, _time, _changed) = (images, image, time, changed);
        _work = Task.Run(() => WorkAsync(auth));
        _ = _work.ContinueWith(_ => changed(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Whether the image is on its way.</summary>
    public bool IsPulling => _isPulling && !_work.IsCompleted;

    /// <summary>How far it is; null while nothing is known.</summary>
    public ImagePullProgress? Progress => IsPulling ? _progress : null;

    /// <summary>The image once it is here; null while it is not.</summary>
    /// <exception cref="StartRefusedException">It can not be had, and why.</exception>
    /// <exception cref="NoRoomException">Docker has no room for it.</exception>
    public DockerImage? Image => _work.IsCompleted ? _work.GetAwaiter().GetResult() : null;

    private async Task<DockerImage> WorkAsync(RegistryAuth? auth)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            try
            {
                if (await _images.FindAsync(_image, _ended.Token) is { } here)
                    return here;
                _isPulling = true;
                _changed();
                await _images.PullAsync(_image, auth, Note, _ended.Token);
                if (await _images.FindAsync(_image, _ended.Token) is { } pulled)
                    return pulled;
                throw Refused("Docker says that it was fetched, but does not have it");
            }
            catch (DockerException exception) when (exception.IsDiskFull)
            {
                throw new NoRoomException($"Docker's disk is full: the image {_image} could not be fetched, and the job was not started. Make room (docker system df), then run it again.");
            }
            catch (Exception exception) when (exception is DockerException or TimeoutException)
            {
                throw Refused(exception.Message);
            }
            catch (DockerGoneException exception) when (_time.GetElapsedTime(began) >= Patience)
            {
                throw new StartRefusedException($"{Sentence(exception.Message)} The job was not started. Start Docker, then run it again.");
            }
            catch (DockerGoneException)
            {
                await Task.Delay(Pause, _time, _ended.Token);
            }
        }
    }

    private void Note(DockerPullLine line)
    {
        if (!_tally.Add(line) || (_toldAt is { } at && _time.GetElapsedTime(at) < TellPause))
            return;
        _toldAt = _time.GetTimestamp();
        _progress = _tally.Progress;
        _changed();
    }

    private StartRefusedException Refused(string why) => new(
        $"The image {_image} could not be fetched: {Sentence(why)} The job was not started. Check the image's name and tag; a private registry needs registry_auth.");

    private static string Sentence(string text) => text.TrimEnd().TrimEnd('.') + ".";

    /// <inheritdoc/>
    public void Dispose() => _ended.Cancel();
}
