// Writes 100,000 orders into a SQLite database, then asks two questions about them on two threads.
// SQLite calls back into C# for both: to compare names and to compute prices.
//
// Each call in either direction is counted here as well, so that what clrhost reports about
// the same run can be checked: see the table at the end, or `--counts FILE`.

using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;

static unsafe class Orders
{
    const int OrderCount = 100000;

    static readonly string[] Countries = { "DE", "FR", "IT", "NL", "PL", "SE" };
    static readonly int[] TaxPercent = { 19, 20, 22, 21, 23, 25 };
    static readonly string[] Families = { "Abel", "Brandt", "Costa", "Dubois", "Eriksson", "Fischer", "Greco", "Hansen" };

    // SQLite keeps the function pointers as long as a connection is open, and the garbage
    // collector can't see that. A static field keeps the delegates, and so the pointers, alive.
    static readonly CompareNames compareNames = CompareNaturally;
    static readonly PriceWithTax priceWithTax = ComputePriceWithTax;

    static Exception failure;

    static int Main(string[] args)
    {
        string countsFile = null;
        if (args.Length == 2 && args[0] == "--counts")
        {
            countsFile = args[1];
        }
        else if (args.Length != 0)
        {
            Console.Error.WriteLine("usage: Orders [--counts FILE]");
            return 2;
        }

        string file = Path.Combine(Path.GetTempPath(), "orders-" + Process.GetCurrentProcess().Id + ".db");
        try
        {
            return Run(file, countsFile);
        }
        catch (DllNotFoundException)
        {
            Console.Error.WriteLine("SQLite is missing. On Debian or Ubuntu: apt-get install libsqlite3-0");
            return 1;
        }
        finally
        {
            File.Delete(file);
        }
    }

    static int Run(string file, string countsFile)
    {
        Console.WriteLine("SQLite " + Sqlite.Version());
        var watch = Stopwatch.StartNew();
        Write(file);
        Console.WriteLine("{0,9} orders written in {1} ms", Group(OrderCount), watch.ElapsedMilliseconds);

        long sorted = 0;
        string first = null, last = null;
        var table = new StringBuilder();
        long grouped = 0;
        watch.Restart();
        var sorting = Start("sort by name", () => sorted = Sort(file, out first, out last));
        var summing = Start("sum by country", () => grouped = Sum(file, table));
        sorting.Join();
        summing.Join();
        if (failure != null)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }

        Console.WriteLine("{0,9} orders sorted and {1} prices computed in {2} ms on two threads",
            Group(sorted), Group(grouped), watch.ElapsedMilliseconds);
        Console.WriteLine();
        Console.WriteLine("Customers from {0} to {1}", first, last);
        Console.Write(table);
        Console.WriteLine();
        Tally.Print(Console.Out);
        if (countsFile != null)
        {
            File.WriteAllText(countsFile, Tally.ToJson(sorted));
        }
        return 0;
    }

    static Thread Start(string name, Action body)
    {
        var thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
            }
        });
        thread.Name = name;
        thread.Start();
        return thread;
    }

    static Connection Open(string file)
    {
        var connection = new Connection(file);
        connection.AddCollation("by_value", compareNames);
        connection.AddFunction("price_with_tax", 2, priceWithTax);
        return connection;
    }

    // A fixed generator: each run writes the same orders.
    static void Write(string file)
    {
        using (var db = Open(file))
        {
            db.Execute("PRAGMA journal_mode = OFF");
            db.Execute("PRAGMA synchronous = OFF");
            db.Execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, country TEXT, cents INTEGER)");
            db.Execute("BEGIN");
            using (var insert = db.Prepare("INSERT INTO orders VALUES (?, ?, ?, ?)"))
            {
                uint random = 2463534242;
                for (int id = 1; id <= OrderCount; id++)
                {
                    random ^= random << 13;
                    random ^= random >> 17;
                    random ^= random << 5;
                    string family = Families[random % Families.Length];
                    insert.Bind(1, id);
                    insert.Bind(2, family + " " + (random >> 8) % 2000);
                    insert.Bind(3, Countries[(random >> 4) % Countries.Length]);
                    insert.Bind(4, 100 + (random >> 12) % 50000);
                    insert.Step();
                    insert.Reset();
                }
            }
            db.Execute("COMMIT");
        }
    }

    // "Abel 9" comes before "Abel 10": the order is made by CompareNaturally, which SQLite calls.
    static long Sort(string file, out string first, out string last)
    {
        long rows = 0;
        first = last = null;
        using (var db = Open(file))
        using (var query = db.Prepare("SELECT customer FROM orders ORDER BY customer COLLATE by_value"))
        {
            while (query.Step())
            {
                if (rows == 0)
                {
                    first = query.Text(0);
                }
                rows++;
                if (rows == OrderCount)
                {
                    last = query.Text(0);
                }
            }
        }
        return rows;
    }

    static long Sum(string file, StringBuilder table)
    {
        long rows = 0;
        using (var db = Open(file))
        using (var query = db.Prepare("SELECT country, count(*), sum(price_with_tax(cents, country)) FROM orders GROUP BY country"))
        {
            while (query.Step())
            {
                long count = query.Integer(1);
                rows += count;
                table.AppendFormat(CultureInfo.InvariantCulture, "  {0}  {1,7} orders  {2,14:N2} EUR with tax",
                    query.Text(0), Group(count), query.Integer(2) / 100m).AppendLine();
            }
        }
        return rows;
    }

    // Called by SQLite. Letters by their bytes, runs of digits by their value.
    static int CompareNaturally(IntPtr context, int leftLength, byte* left, int rightLength, byte* right)
    {
        Tally.Count(Callback.CompareNames);
        int i = 0, j = 0;
        while (i < leftLength && j < rightLength)
        {
            if (IsDigit(left[i]) && IsDigit(right[j]))
            {
                long a = 0, b = 0;
                for (; i < leftLength && IsDigit(left[i]); i++) { a = a * 10 + (left[i] - '0'); }
                for (; j < rightLength && IsDigit(right[j]); j++) { b = b * 10 + (right[j] - '0'); }
                if (a != b) { return a < b ? -1 : 1; }
            }
            else
            {
                if (left[i] != right[j]) { return left[i] - right[j]; }
                i++;
                j++;
            }
        }
        return (leftLength - i) - (rightLength - j);
    }

    static bool IsDigit(byte b)
    {
        return b >= '0' && b <= '9';
    }

    // Called by SQLite. An exception must not travel through SQLite's C code: the runtime would end
    // the process. It becomes an SQL error instead.
    static void ComputePriceWithTax(IntPtr context, int count, IntPtr values)
    {
        Tally.Count(Callback.PriceWithTax);
        try
        {
            long cents = Sqlite.ValueInteger(values, 0);
            int country = Array.IndexOf(Countries, Sqlite.ValueText(values, 1));
            Sqlite.ResultInteger(context, cents + cents * TaxPercent[country] / 100);
        }
        catch (Exception e)
        {
            Sqlite.ResultError(context, e.Message);
        }
    }

    static string Group(long number)
    {
        return number.ToString("N0", CultureInfo.InvariantCulture);
    }
}
