namespace Gantry.Migrations.Databases;

/// <summary>Why nothing may be done.</summary>
/// <param name="Failure">The reason.</param>
/// <param name="Migration">The migration in question; null when it is about none.</param>
/// <param name="What">What is wrong, as whole sentences.</param>
/// <param name="Next">What to do about it.</param>
internal sealed record Refusal(MigrationFailure Failure, string? Migration, string What, string Next);

/// <summary>Carries a <see cref="Databases.Refusal"/> to where it is told.</summary>
internal sealed class RefusedException(Refusal refusal, Exception? inner = null) : Exception(refusal.What, inner)
{
    public Refusal Refusal { get; } = refusal;
}
