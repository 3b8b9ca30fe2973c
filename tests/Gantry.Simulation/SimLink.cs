namespace Gantry.Simulation;

/// <summary>A connection between server and agent: in order, with delay; when it is cut, what is under way is lost, both ways.</summary>
internal sealed class SimLink(Timeline time, Chance chance)
{
    private DateTimeOffset lastToAgent;
    private DateTimeOffset lastToServer;

    public bool IsOpen { get; private set; } = true;

    public void Cut() => IsOpen = false;

    public void ToAgent(Action deliver) => lastToAgent = Send(lastToAgent, deliver);

    public void ToServer(Action deliver) => lastToServer = Send(lastToServer, deliver);

    private DateTimeOffset Send(DateTimeOffset notBefore, Action deliver)
    {
        var arrives = time.Now + chance.Around(TimeSpan.FromMilliseconds(20));
        arrives = arrives < notBefore ? notBefore : arrives;
        time.At(arrives, () =>
        {
            if (IsOpen)
            {
                deliver();
            }
        });
        return arrives;
    }
}
