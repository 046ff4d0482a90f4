// Work for the cooperative hosts in examples/: many threads that compute, or many that wait for input and output,
// for a set time. A host starts it by `static int Run(string)`; `dotnet Load.dll KEY=VALUE...` does the same.
//
//   kind=cpu|io      what the threads do
//   tasks=N          how many of them
//   seconds=S        for how long
//   runaways=N       further threads that never stop by themselves: a host has to abort them
//   result=FILE      where the results go, one line of KEY=VALUE; otherwise to the standard output

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;

static class Load
{
    // Never returns before its time: the stand-in for a slow disk or network.
    [DllImport("libc")] static extern int poll(IntPtr descriptors, int count, int milliseconds);
    [DllImport("libc")] static extern int getppid();

    static volatile bool stop;
    public static bool IsOver { get { return stop; } }

    static int aborted;
    static long garbage;

    public static int Main(string[] args)
    {
        return Run(string.Join(" ", args));
    }

    static int Run(string arguments)
    {
        var settings = Parse(arguments);
        bool cpu = settings["kind"] == "cpu";
        int tasks = int.Parse(settings["tasks"]);
        int runaways = int.Parse(settings["runaways"]);
        double seconds = double.Parse(settings["seconds"], CultureInfo.InvariantCulture);

        // Everything is done once before, so that no thread of the measured time waits for the compiler.
        for (int i = 0; i < 50; i++) { ComputeUnit(); }
        WaitUnit();
        var pauses = new Pauses();
        pauses.Collect();

        var units = new long[tasks];
        var threads = new List<Thread>();
        for (int i = 0; i < tasks; i++)
        {
            int own = i;
            threads.Add(new Thread(() => Work(cpu, units, own), 256 * 1024));
        }
        for (int i = 0; i < runaways; i++)
        {
            var thread = new Thread(RunAway, 256 * 1024);
            // So that the program ends even where no host aborts it.
            thread.IsBackground = true;
            thread.Start();
        }
        var collector = new Thread(pauses.CollectUntilStop);
        collector.Start();
        var watch = Stopwatch.StartNew();
        foreach (var thread in threads) { thread.Start(); }
        while (watch.Elapsed.TotalSeconds < seconds) { Thread.Sleep(20); }
        stop = true;
        foreach (var thread in threads) { thread.Join(); }
        double took = watch.Elapsed.TotalSeconds;
        collector.Join();

        string results = Results(units, took, pauses);
        if (settings["result"] == "") { Console.WriteLine(results); }
        else { File.WriteAllText(settings["result"], results + "\n"); }
        return 0;
    }

    static void Work(bool cpu, long[] units, int own)
    {
        while (!stop)
        {
            if (cpu) { ComputeUnit(); } else { WaitUnit(); }
            units[own]++;
        }
    }

    // About a millisecond of computing, some garbage, and a call to native code at the end.
    static void ComputeUnit()
    {
        uint sum = 0;
        for (uint i = 0; i < 1000000; i++) { sum = sum * 31 + i; }
        garbage += new byte[2000].Length + (sum & 1);
        getppid();
    }

    // Waits in native code, then as managed code waits, and computes a little.
    static void WaitUnit()
    {
        poll(IntPtr.Zero, 0, 2);
        Thread.Sleep(1);
        uint sum = 0;
        for (uint i = 0; i < 5000; i++) { sum = sum * 31 + i; }
        garbage += new byte[2000].Length + (sum & 1);
    }

    static void RunAway()
    {
        long turns = 0;
        try
        {
            while (true) { turns++; }
        }
        finally
        {
            Interlocked.Increment(ref aborted);
        }
    }

    static string Results(long[] units, double seconds, Pauses pauses)
    {
        double sum = 0, squares = 0, least = double.MaxValue, most = 0;
        foreach (long each in units)
        {
            sum += each;
            squares += (double)each * each;
            least = Math.Min(least, each);
            most = Math.Max(most, each);
        }
        // Jain's index: 1 if all had the same share, 1/n if one had everything.
        double fairness = squares == 0 ? 0 : sum * sum / (units.Length * squares);
        return string.Format(
            CultureInfo.InvariantCulture,
            "units={0} per_second={1:F0} fairness={2:F3} least={3} most={4} finally_blocks={5} collections={6} longest_pause_ms={7:F2}",
            sum, sum / seconds, fairness, least, most, aborted, pauses.Count, pauses.LongestMilliseconds);
    }

    static Dictionary<string, string> Parse(string arguments)
    {
        var settings = new Dictionary<string, string>
        {
            { "kind", "cpu" }, { "tasks", "200" }, { "seconds", "3" }, { "runaways", "0" }, { "result", "" },
        };
        foreach (string pair in arguments.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=');
            string key = equals < 0 ? pair : pair.Substring(0, equals);
            if (!settings.ContainsKey(key)) { throw new ArgumentException("unknown setting: " + key); }
            settings[key] = pair.Substring(equals + 1);
        }
        return settings;
    }
}

// Collects garbage again and again, and keeps the longest time for which that stopped the other threads.
sealed class Pauses
{
    // .NET 7 and newer know the time themselves; Mono's class library, which this is compiled against, does not.
    readonly Func<TimeSpan> total = (Func<TimeSpan>)Delegate.CreateDelegate(
        typeof(Func<TimeSpan>), typeof(GC).GetMethod("GetTotalPauseDuration"));

    public int Count;
    public double LongestMilliseconds;

    public void CollectUntilStop()
    {
        while (!Load.IsOver)
        {
            Collect();
            Thread.Sleep(100);
        }
    }

    public void Collect()
    {
        TimeSpan before = total();
        GC.Collect(0);
        double pause = (total() - before).TotalMilliseconds;
        Count++;
        LongestMilliseconds = Math.Max(LongestMilliseconds, pause);
    }
}
