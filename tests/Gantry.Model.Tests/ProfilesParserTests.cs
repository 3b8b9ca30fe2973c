using Gantry.Model.Configurations;

namespace Gantry.Model.Tests;

public class ProfilesParserTests
{
    [Fact]
    public void Parse_DocumentedFile_HasItsProfiles()
    {
        var result = ProfilesParser.Parse("""
            profiles:
              - name: my-profile
                spot_policy: auto
                max_price: 1.5
                max_duration: 1d
                backends: [azure, lambda]
                default: true
              - name: other
                retry: true
            """, "profiles.yml");

        Assert.Equal("", result.PrintProblems());
        var profile = result.Value!.Default!;
        Assert.Equal(("my-profile", SpotPolicy.Auto, 1.5), (profile.Name, profile.SpotPolicy!.Value, profile.MaxPrice!.Value));
        Assert.Equal(TimeSpan.FromDays(1), profile.MaxDuration!.Value.Duration);
        Assert.Equal(["azure", "lambda"], profile.Backends!);
        Assert.True(result.Value.Find("other")!.Retry!.Enabled);
        Assert.Null(result.Value.Find("none"));
    }

    [Fact]
    public void Parse_SeveralProblems_ReportsAll()
    {
        var result = ProfilesParser.Parse("""
            profiles:
              - name: a
                default: true
                spot_polcy: auto
              - name: a
                default: yes
              - max_price: -1
            profile: {}
            """, "profiles.yml");

        Assert.Equal(
            """
            profiles.yml:4:5: profiles[0].spot_polcy: is not a known key; did you mean "spot_policy"?
            profiles.yml:5:11: profiles[1].name: "a" is the name of another profile above
            profiles.yml:6:14: profiles[1].default: the default is "a" already, and there can be one
            profiles.yml:7:5: profiles[2].name: is missing
            profiles.yml:7:16: profiles[2].max_price: "-1" is not above 0; allowed: dollars an hour, above 0, such as 1.5
            profiles.yml:8:1: profile: is not a known key; did you mean "profiles"?
            """,
            result.PrintProblems());
    }

    [Fact]
    public void Parse_FileWithoutProfiles_SaysSo() =>
        Assert.Equal("1:1: profiles: is missing; allowed: a list of profiles", Assert.Single(ProfilesParser.Parse("{}", null).Problems).ToString());
}
