using Gantry.Migrations.Databases;
using Gantry.Migrations.Tests.Postgres;

namespace Gantry.Migrations.Tests.Databases;

public sealed class DatabaseAddressTests(PostgresServer postgres)
{
    [Theory]
    [InlineData("postgres://ann:s3cret@db.example/shop", "postgres://ann@db.example:5432/shop")]
    [InlineData("postgresql://db.example:5433/shop", "postgres://db.example:5433/shop")]
    [InlineData("shop.db", "shop.db")]
    [InlineData("sqlite:shop.db", "shop.db")]
    [InlineData("sqlite:////var/shop.db", "/var/shop.db")]
    public void Parse_AnAddress_ShowsItWithoutPassword(string text, string display) =>
        Assert.Equal(display, DatabaseAddress.Parse(text).Display);

    [Theory]
    [InlineData("")]
    [InlineData("mysql://db.example/shop")]
    [InlineData("postgres://ann:s3cret@db.example/")]
    [InlineData("postgres://ann:s3cret@db.example/shop?colour=red")]
    public void Parse_AnythingElse_IsRefusedWithoutThePassword(string text) =>
        Assert.DoesNotContain("s3cret", Assert.Throws<FormatException>(() => DatabaseAddress.Parse(text)).Message);

    [Fact]
    public async Task Connect_ToPostgres_Answers()
    {
        var cluster = await postgres.ClusterAsync();
        await using var connection = DatabaseAddress.Parse(await cluster.CreateDatabaseAsync()).Connect();
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 41 + 1";
        Assert.Equal(42, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }
}
