namespace Gantry.Simulation;

/// <summary>
/// A connection between server and agent: in order, with delay. When it is cut, what is under way to the server is lost; what is under way to the agent may be, or
/// lies in some buffer and comes much later, unless the agent has another connection by then.
/// </summary>
internal sealed class SimLink(Timeline time, Chance chance, Func<bool> isReplaced)
{
    private DateTimeOffset lastToAgent;
    private DateTimeOffset lastToServer;

    public bool IsOpen { get; private set; } = true;

    public void Cut() => IsOpen = false;

    public void ToAgent(Action deliver) => lastToAgent = Send(lastToAgent, deliver, () =>
    {
        if (chance.Is(0.5))
        {
            time.After(chance.Around(TimeSpan.FromMinutes(20)), () =>
            {
                if (!isReplaced())
                {
                    deliver();
                }
            });
        }
    });

    public void ToServer(Action deliver) => lastToServer = Send(lastToServer, deliver, () => { });

    private DateTimeOffset Send(DateTimeOffset notBefore, Action deliver, Action missed)
    {
        var arrives = time.Now + chance.Around(TimeSpan.FromMilliseconds(20));
        arrives = arrives < notBefore ? notBefore : arrives;
        time.At(arrives, () =>
        {
            if (IsOpen)
            {
                deliver();
            }
            else
            {
                missed();
            }
        });
        return arrives;
    }
}
