// The program's own count of its calls to SQLite and of SQLite's calls to it.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

// Each native function under its own name.
enum Native
{
    sqlite3_libversion,
    sqlite3_open_v2,
    sqlite3_close,
    sqlite3_errmsg,
    sqlite3_create_collation,
    sqlite3_create_function,
    sqlite3_prepare_v2,
    sqlite3_bind_int64,
    sqlite3_bind_text,
    sqlite3_step,
    sqlite3_reset,
    sqlite3_column_int64,
    sqlite3_column_text,
    sqlite3_finalize,
    sqlite3_value_int64,
    sqlite3_value_text,
    sqlite3_result_int64,
    sqlite3_result_error,
}

enum Callback
{
    CompareNames,
    PriceWithTax,
}

static class Tally
{
    // One pair of arrays a thread, so that counting needs no lock and the threads don't wait for each
    // other. They are added up at the end, when the threads are gone.
    sealed class Counts
    {
        public readonly long[] Calls = new long[Enum.GetValues(typeof(Native)).Length];
        public readonly long[] Callbacks = new long[Enum.GetValues(typeof(Callback)).Length];
    }

    [ThreadStatic] static Counts mine;
    static readonly List<Counts> all = new List<Counts>();

    static Counts Mine
    {
        get { return mine ?? Register(); }
    }

    static Counts Register()
    {
        mine = new Counts();
        lock (all)
        {
            all.Add(mine);
        }
        return mine;
    }

    public static void Count(Native function)
    {
        Mine.Calls[(int)function]++;
    }

    public static void Count(Callback callback)
    {
        Mine.Callbacks[(int)callback]++;
    }

    static List<KeyValuePair<string, long>> Rows(Type names, Func<Counts, long[]> column)
    {
        var rows = new List<KeyValuePair<string, long>>();
        foreach (object name in Enum.GetValues(names))
        {
            long sum = 0;
            lock (all)
            {
                foreach (Counts counts in all)
                {
                    sum += column(counts)[(int)name];
                }
            }
            if (sum != 0)
            {
                rows.Add(new KeyValuePair<string, long>(name.ToString(), sum));
            }
        }
        return rows;
    }

    public static void Print(TextWriter output)
    {
        output.WriteLine("Counted by the program itself");
        Print(output, "calls to SQLite", Rows(typeof(Native), c => c.Calls));
        Print(output, "calls from SQLite", Rows(typeof(Callback), c => c.Callbacks));
    }

    static void Print(TextWriter output, string title, List<KeyValuePair<string, long>> rows)
    {
        rows.Sort((a, b) => b.Value.CompareTo(a.Value));
        long sum = 0;
        foreach (var row in rows)
        {
            sum += row.Value;
        }
        output.WriteLine("{0,12}  {1}", Group(sum), title);
        foreach (var row in rows)
        {
            output.WriteLine("{0,12}    {1}", Group(row.Value), row.Key);
        }
    }

    static string Group(long number)
    {
        return number.ToString("N0", CultureInfo.InvariantCulture);
    }

    // {"calls":{"sqlite3_step":1,...},"callbacks":{"CompareNames":1,...},"rows":1}
    public static string ToJson(long rows)
    {
        var json = new StringBuilder();
        json.Append("{\"calls\":");
        Append(json, Rows(typeof(Native), c => c.Calls));
        json.Append(",\"callbacks\":");
        Append(json, Rows(typeof(Callback), c => c.Callbacks));
        return json.Append(",\"rows\":").Append(rows).Append("}\n").ToString();
    }

    static void Append(StringBuilder json, List<KeyValuePair<string, long>> rows)
    {
        json.Append('{');
        for (int i = 0; i < rows.Count; i++)
        {
            json.Append(i == 0 ? "\"" : ",\"").Append(rows[i].Key).Append("\":").Append(rows[i].Value);
        }
        json.Append('}');
    }
}
