namespace Gantry.Migrations.Check.Measuring;

/// <summary>How well a rule does.</summary>
/// <param name="Rule">Its id, or <c>all</c>.</param>
/// <param name="Severity">Errors and warnings are counted apart.</param>
/// <param name="Hits">Expected and found.</param>
/// <param name="Misses">Expected and not found.</param>
/// <param name="FalseAlarms">Found and not expected.</param>
public sealed record RuleMeasure(string Rule, Severity Severity, int Hits, int Misses, int FalseAlarms)
{
    /// <summary>How much of what is wrong is found, 0 to 1; 1 when there is nothing.</summary>
    public double Recall => Hits + Misses == 0 ? 1 : (double)Hits / (Hits + Misses);

    /// <summary>How much of what is found is wrong, 0 to 1; 1 when nothing is found.</summary>
    public double Precision => Hits + FalseAlarms == 0 ? 1 : (double)Hits / (Hits + FalseAlarms);
}
