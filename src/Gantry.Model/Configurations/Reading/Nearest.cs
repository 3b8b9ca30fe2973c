namespace Gantry.Model.Configurations.Reading;

/// <summary>Finds the known word that someone probably meant.</summary>
internal static class Nearest
{
    /// <summary>The candidate with the fewest edits away, if that is few enough to be a slip; null otherwise.</summary>
    public static string? To(string word, IEnumerable<string> candidates)
    {
        var limit = Math.Max(1, word.Length / 3);
        var best = candidates
            .Select(candidate => (Candidate: candidate, Edits: Edits(Plain(word), Plain(candidate))))
            .Where(pair => pair.Edits <= limit)
            .OrderBy(pair => pair.Edits)
            .ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Candidate;
    }

    // "maxDuration", "max-duration" and "MAX_DURATION" are all slips for "max_duration".
    private static string Plain(string word) => word.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours (Damerau-Levenshtein, optimal string alignment).</summary>
    private static int Edits(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 8 || a.Length > 64)
            return int.MaxValue;
        var distance = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            distance[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            distance[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = distance[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                distance[i, j] = Math.Min(substitution, Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
            }
        }
        return distance[a.Length, b.Length];
    }
}
