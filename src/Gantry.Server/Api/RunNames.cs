namespace Gantry.Server.Api;

/// <summary>Names for runs that have none: an adjective, an animal and a number, easy to say and to type.</summary>
internal static class RunNames
{
    private static readonly string[] Adjectives =
    [
        "able", "bold", "brave", "brisk", "calm", "clever", "cosy", "deft", "eager", "early", "fair", "fleet", "fond", "gentle", "glad", "grand",
        "happy", "hardy", "honest", "jolly", "keen", "kind", "light", "lively", "loyal", "lucky", "merry", "mild", "neat", "noble", "patient", "proud",
        "quick", "quiet", "ready", "rosy", "sharp", "shiny", "silent", "smart", "snug", "steady", "sunny", "swift", "tidy", "warm", "wise", "witty",
    ];

    private static readonly string[] Animals =
    [
        "badger", "bear", "beaver", "bison", "cat", "cheetah", "crane", "deer", "dolphin", "duck", "eagle", "falcon", "ferret", "finch", "fox", "gecko",
        "goose", "hare", "hawk", "heron", "horse", "ibis", "jay", "koala", "lark", "lemur", "lion", "lynx", "magpie", "marten", "mole", "moose",
        "newt", "otter", "owl", "panda", "pike", "puffin", "quail", "rabbit", "raven", "robin", "seal", "stork", "swan", "tiger", "trout", "wolf",
    ];

    public static string Next(Random random) => $"{Pick(Adjectives, random)}-{Pick(Animals, random)}-{random.Next(1, 100)}";

    private static string Pick(string[] words, Random random) => words[random.Next(words.Length)];
}
