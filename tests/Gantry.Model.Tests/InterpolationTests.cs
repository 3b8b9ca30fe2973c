using Gantry.Model.Values;

namespace Gantry.Model.Tests;

public class InterpolationTests
{
    [Theory]
    [InlineData("${{ env.NGC_API_KEY }}", "env", "NGC_API_KEY")]
    [InlineData("${{secrets.hf_token}}", "secrets", "hf_token")]
    [InlineData("a ${{  dstack.node_rank  }} b", "dstack", "node_rank")]
    [InlineData("${{ nothing }}", null, null)]
    [InlineData("${{ a.b.c }}", null, null)]
    [InlineData("${{ }}", null, null)]
    [InlineData("${{ secrets. }}", null, null)]
    public void Find_OneExpression_HasItsParts(string text, string? space, string? name)
    {
        var found = Assert.Single(Interpolation.Find(text));
        Assert.Equal((space, name), (found.Namespace, found.Name));
        Assert.StartsWith("${{", text[found.Start..]);
        Assert.EndsWith("}}", text[..(found.Start + found.Length)]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("$HOME ${HOME} {{ x }} $oauthtoken")]
    [InlineData("${{ secrets.open")]
    public void Find_PlainText_FindsNothing(string text) => Assert.Empty(Interpolation.Find(text));

    [Fact]
    public void Replace_SeveralExpressions_ReplacesThoseThatHaveAValue() =>
        Assert.Equal(
            "a 1 b ${{ env.Y }} c 1${{ open",
            Interpolation.Replace("a ${{ env.X }} b ${{ env.Y }} c ${{env.X}}${{ open", expression => expression.Name == "X" ? "1" : null));
}
