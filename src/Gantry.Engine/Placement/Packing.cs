namespace Gantry.Engine.Placement;

/// <summary>A job in a room.</summary>
internal sealed record Place(QueuedJob Job, Room Room, Portion Portion);

/// <summary>
/// Puts all jobs of a run into rooms, or none: each into the first room that has place, in the order of the rooms. Several nodes of a run are in one
/// fleet, whose hosts reach each other.
/// </summary>
internal static class Packing
{
    /// <summary>Takes what is free. Null (and nothing taken) when not all jobs fit.</summary>
    public static IReadOnlyList<Place>? IntoFree(QueuedRun run, IReadOnlyList<Room> rooms)
    {
        var places = Pack(run, rooms, room => room.Free);
        foreach (var place in places ?? [])
        {
            place.Room.Reserve(place.Portion);
        }

        return places;
    }

    /// <summary>Where the run would go if nothing else were there. Takes nothing. Null when it fits nowhere.</summary>
    public static IReadOnlyList<Place>? IntoEmpty(QueuedRun run, IReadOnlyList<Room> rooms) => Pack(run, rooms, room => room.Total);

    private static List<Place>? Pack(QueuedRun run, IReadOnlyList<Room> rooms, Func<Room, Capacity> there)
    {
        if (run.Jobs is not [var only])
        {
            return rooms.GroupBy(room => room.Host.FleetId).Select(fleet => PackTogether(run, [.. fleet], there)).FirstOrDefault(places => places is not null);
        }

        foreach (var room in rooms)
        {
            if (room.Fit(only, there(room)) is { } portion)
            {
                return [new(only, room, portion)];
            }
        }

        return null;
    }

    private static List<Place>? PackTogether(QueuedRun run, IReadOnlyList<Room> rooms, Func<Room, Capacity> there)
    {
        var left = new Dictionary<Room, Capacity>(ReferenceEqualityComparer.Instance);
        var places = new List<Place>(run.Jobs.Count);
        foreach (var job in run.Jobs)
        {
            var place = rooms.Select(room => room.Fit(job, Left(room)) is { } portion ? new Place(job, room, portion) : null).FirstOrDefault(place => place is not null);
            if (place is null)
            {
                return null;
            }

            left[place.Room] = Left(place.Room).Without(place.Portion);
            places.Add(place);
        }

        return places;

        Capacity Left(Room room) => left.TryGetValue(room, out var known) ? known : there(room);
    }
}
