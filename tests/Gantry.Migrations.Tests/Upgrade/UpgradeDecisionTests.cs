using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations.Tests.Upgrade;

/// <summary>What is done next follows from what the database remembers and the migrations at hand, and from nothing else.</summary>
public sealed class UpgradeDecisionTests
{
    private static readonly Migration[] Three = [Of(1, "a"), Of(2, "b"), Of(3, "c")];

    [Theory]
    [InlineData("", 3, 1)]
    [InlineData("ab", 3, 3)]
    [InlineData("ab", 2, null)]
    [InlineData("abc", 3, null)]
    public void Next_NothingUnderWay_IsTheFirstThatIsMissing(string applied, int target, int? next)
    {
        var move = UpgradeDecision.Next(Record(applied), Three, target);

        Assert.Equal((next, null), (move?.Migration.Revision, move?.From));
    }

    [Theory, InlineData(1), InlineData(3)]
    public void Next_OneIsUnderWay_IsThatOneWhateverTheTarget(int target)
    {
        var begun = new InterruptedMigration(2, "b", "sum b", Step: 4);

        Assert.Equal(new UpgradeMove(Three[1], begun), UpgradeDecision.Next(Record("a") with { Interrupted = begun }, Three, target));
    }

    [Theory]
    [InlineData("abc", null)]
    [InlineData("abcd", MigrationFailure.DatabaseNewer)]
    [InlineData("ax", MigrationFailure.EditedHistory)]
    [InlineData("axbc", MigrationFailure.MigrationMissing)]
    [InlineData("a c", MigrationFailure.BrokenHistory)]
    public void Refuse_History_IsNamedForWhatItIs(string applied, MigrationFailure? failure) =>
        Assert.Equal(failure, UpgradeDecision.Refuse(Record(applied), Three)?.Failure);

    [Theory]
    [InlineData(2, "b", "sum b", false, null)]
    [InlineData(2, "b", "another", false, MigrationFailure.EditedHistory)]
    [InlineData(2, "b", "another", true, null)]
    [InlineData(3, "c", "sum c", false, MigrationFailure.BrokenHistory)]
    public void Refuse_OneUnderWay_MustBeTheSameUnlessThereIsNoWayBack(int revision, string name, string checksum, bool irreversible, MigrationFailure? failure)
    {
        var record = Record("a") with { Interrupted = new InterruptedMigration(revision, name, checksum, Step: 1) };
        var migrations = Three.Select(migration => migration with { Irreversible = irreversible }).ToList();

        Assert.Equal(failure, UpgradeDecision.Refuse(record, migrations)?.Failure);
    }

    [Fact]
    public void Retry_GrowsWithJitterAndEndsAtTheLimit()
    {
        var policy = new RetryPolicy(TimeSpan.FromSeconds(10));

        Assert.Equal([25, 100, 1000, 3000], new (int Attempt, double Jitter)[] { (1, 0), (2, 0.5), (40, 0), (40, 1) }.Select(at => policy.Next(at.Attempt, TimeSpan.Zero, at.Jitter)!.Value.TotalMilliseconds));
        Assert.NotNull(policy.Next(3, TimeSpan.FromSeconds(9.9), 0));
        Assert.Null(policy.Next(3, TimeSpan.FromSeconds(10), 0));
    }

    // A letter for each migration that was applied; a blank for one that is not in the record.
    private static MigrationRecord Record(string applied) =>
        new([.. applied.Select((name, index) => new AppliedMigration(index + 1, $"{name}", $"sum {name}")).Where(row => row.Name != " ")], null, null);

    private static Migration Of(int revision, string name) => new()
    {
        Revision = revision,
        Name = name,
        FullName = $"{revision:D4}_{name}",
        Up = new Dictionary<Dialect, MigrationScript>(),
        Down = new Dictionary<Dialect, MigrationScript>(),
        Checksum = $"sum {name}",
    };
}
