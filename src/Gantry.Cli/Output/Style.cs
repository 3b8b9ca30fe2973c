namespace Gantry.Cli.Output;

/// <summary>How a piece of text looks on a terminal that shows colours.</summary>
internal enum Style
{
    Plain,
    Bold,
    Dim,
    Good,
    Busy,
    Bad,
}
