using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations.Tests.Upgrade;

public sealed class BatchSizeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void Learn_QuickBatches_GrowUpToTheAuthorsSize()
    {
        var size = new BatchSize(1000, Limit);
        for (var i = 0; i < 5; i++)
            size.Learn(size.Rows, TimeSpan.FromMilliseconds(1));

        Assert.Equal(1000, size.Rows);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(3)]
    [InlineData(50)]
    public void Learn_AnySpeed_SettlesWellUnderTheLimit(double millisecondsARow)
    {
        var size = new BatchSize(1_000_000, Limit);
        for (var i = 0; i < 50; i++)
            size.Learn(size.Rows, TimeSpan.FromMilliseconds(size.Rows * millisecondsARow));

        Assert.InRange(size.Rows * millisecondsARow, 0, Math.Max(60, millisecondsARow));
    }

    [Fact]
    public void Learn_SmallLastBatch_SaysNothingOfLargerOnes()
    {
        var size = new BatchSize(1000, Limit);
        var before = size.Rows;

        size.Learn(1, TimeSpan.FromMilliseconds(0.1));

        Assert.Equal(before, size.Rows);
    }
}
