using Gantry.Engine.Volumes;

namespace Gantry.Engine.Placement;

/// <summary>A job in a room, with the volumes that it has there.</summary>
internal sealed record Place(QueuedJob Job, Room Room, Portion Portion, IReadOnlyList<Guid> Volumes);

/// <summary>
/// Puts all jobs of a run into rooms, or none: each into the first room that has place, in the order of the rooms. Several nodes of a run are in one
/// fleet, whose hosts reach each other.
/// </summary>
internal static class Packing
{
    /// <summary>Takes what is free. Null (and nothing taken) when not all jobs fit.</summary>
    public static IReadOnlyList<Place>? IntoFree(QueuedRun run, IReadOnlyList<Room> rooms, VolumeLedger volumes)
    {
        var places = Pack(run, rooms, room => room.Free, volumes);
        foreach (var place in places ?? [])
        {
            place.Room.Reserve(place.Portion);
        }

        return places;
    }

    /// <summary>Where the run would go if nothing else were there. Takes nothing. Null when it fits nowhere.</summary>
    public static IReadOnlyList<Place>? IntoEmpty(QueuedRun run, IReadOnlyList<Room> rooms) => Pack(run, rooms, room => room.Total, new VolumeLedger(ignoresUse: true));

    private static List<Place>? Pack(QueuedRun run, IReadOnlyList<Room> rooms, Func<Room, Capacity> there, VolumeLedger volumes)
    {
        if (run.Jobs is not [var only])
        {
            return rooms.GroupBy(room => room.Host.FleetId).Select(fleet => PackTogether(run, [.. fleet], there, volumes)).FirstOrDefault(places => places is not null);
        }

        foreach (var room in rooms)
        {
            if (room.Fit(only, there(room)) is { } portion && volumes.Take(only, room.Host) is { } given)
            {
                return [new(only, room, portion, given)];
            }
        }

        return null;
    }

    private static List<Place>? PackTogether(QueuedRun run, IReadOnlyList<Room> rooms, Func<Room, Capacity> there, VolumeLedger volumes)
    {
        var left = new Dictionary<Room, Capacity>(ReferenceEqualityComparer.Instance);
        var places = new List<Place>(run.Jobs.Count);
        var tried = volumes.Copy();
        foreach (var job in run.Jobs)
        {
            var place = rooms.Select(room => room.Fit(job, Left(room)) is { } portion && tried.Take(job, room.Host) is { } given ? new Place(job, room, portion, given) : null).FirstOrDefault(place => place is not null);
            if (place is null)
            {
                return null;
            }

            left[place.Room] = Left(place.Room).Without(place.Portion);
            places.Add(place);
        }

        volumes.Adopt(tried);
        return places;

        Capacity Left(Room room) => left.TryGetValue(room, out var known) ? known : there(room);
    }
}
