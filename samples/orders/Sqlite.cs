// As much of SQLite as this program needs, by its own DllImport declarations.

using System;
using System.Runtime.InteropServices;

// One delegate type for each job, because the runtime knows a delegate's native entry by the
// type alone: these names are what a report of crossings can show.
[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
unsafe delegate int CompareNames(IntPtr context, int leftLength, byte* left, int rightLength, byte* right);

[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
delegate void PriceWithTax(IntPtr context, int count, IntPtr values);

static class Sqlite
{
    // The full file name with its version. Plain "sqlite3" would look for libsqlite3.so, a link that
    // only the development package brings; libsqlite3.so.0 comes with the library itself.
    const string Library = "libsqlite3.so.0";

    public const int Row = 100, Done = 101;
    public const int OpenReadWrite = 2, OpenCreate = 4, OpenNoMutex = 0x8000;
    const int Utf8 = 1;
    static readonly IntPtr Transient = (IntPtr)(-1);

    [DllImport(Library)] static extern IntPtr sqlite3_libversion();
    [DllImport(Library)] static extern int sqlite3_open_v2([MarshalAs(UnmanagedType.LPStr)] string file, out IntPtr db, int flags, IntPtr vfs);
    [DllImport(Library)] static extern int sqlite3_close(IntPtr db);
    [DllImport(Library)] static extern IntPtr sqlite3_errmsg(IntPtr db);
    [DllImport(Library)] static extern int sqlite3_create_collation(IntPtr db, [MarshalAs(UnmanagedType.LPStr)] string name, int encoding, IntPtr context, CompareNames compare);
    [DllImport(Library)] static extern int sqlite3_create_function(IntPtr db, [MarshalAs(UnmanagedType.LPStr)] string name, int arguments, int encoding, IntPtr context, PriceWithTax function, IntPtr step, IntPtr final);
    [DllImport(Library)] static extern int sqlite3_prepare_v2(IntPtr db, [MarshalAs(UnmanagedType.LPStr)] string sql, int length, out IntPtr statement, IntPtr tail);
    [DllImport(Library)] static extern int sqlite3_bind_int64(IntPtr statement, int index, long value);
    [DllImport(Library)] static extern int sqlite3_bind_text(IntPtr statement, int index, [MarshalAs(UnmanagedType.LPStr)] string value, int length, IntPtr destructor);
    [DllImport(Library)] static extern int sqlite3_step(IntPtr statement);
    [DllImport(Library)] static extern int sqlite3_reset(IntPtr statement);
    [DllImport(Library)] static extern long sqlite3_column_int64(IntPtr statement, int column);
    [DllImport(Library)] static extern IntPtr sqlite3_column_text(IntPtr statement, int column);
    [DllImport(Library)] static extern int sqlite3_finalize(IntPtr statement);
    [DllImport(Library)] static extern long sqlite3_value_int64(IntPtr value);
    [DllImport(Library)] static extern IntPtr sqlite3_value_text(IntPtr value);
    [DllImport(Library)] static extern void sqlite3_result_int64(IntPtr context, long value);
    [DllImport(Library)] static extern void sqlite3_result_error(IntPtr context, [MarshalAs(UnmanagedType.LPStr)] string message, int length);

    public static string Version()
    {
        Tally.Count(Native.sqlite3_libversion);
        return Marshal.PtrToStringAnsi(sqlite3_libversion());
    }

    // SQLITE_OPEN_NOMUTEX: SQLite takes no lock of its own, so a connection belongs to one thread.
    public static int Open(string file, out IntPtr db)
    {
        Tally.Count(Native.sqlite3_open_v2);
        return sqlite3_open_v2(file, out db, OpenReadWrite | OpenCreate | OpenNoMutex, IntPtr.Zero);
    }

    public static int Close(IntPtr db)
    {
        Tally.Count(Native.sqlite3_close);
        return sqlite3_close(db);
    }

    public static string ErrorMessage(IntPtr db)
    {
        Tally.Count(Native.sqlite3_errmsg);
        return Marshal.PtrToStringAnsi(sqlite3_errmsg(db));
    }

    public static int CreateCollation(IntPtr db, string name, CompareNames compare)
    {
        Tally.Count(Native.sqlite3_create_collation);
        return sqlite3_create_collation(db, name, Utf8, IntPtr.Zero, compare);
    }

    public static int CreateFunction(IntPtr db, string name, int arguments, PriceWithTax function)
    {
        Tally.Count(Native.sqlite3_create_function);
        return sqlite3_create_function(db, name, arguments, Utf8, IntPtr.Zero, function, IntPtr.Zero, IntPtr.Zero);
    }

    public static int Prepare(IntPtr db, string sql, out IntPtr statement)
    {
        Tally.Count(Native.sqlite3_prepare_v2);
        return sqlite3_prepare_v2(db, sql, -1, out statement, IntPtr.Zero);
    }

    public static int BindInteger(IntPtr statement, int index, long value)
    {
        Tally.Count(Native.sqlite3_bind_int64);
        return sqlite3_bind_int64(statement, index, value);
    }

    public static int BindText(IntPtr statement, int index, string value)
    {
        Tally.Count(Native.sqlite3_bind_text);
        return sqlite3_bind_text(statement, index, value, -1, Transient);
    }

    public static int Step(IntPtr statement)
    {
        Tally.Count(Native.sqlite3_step);
        return sqlite3_step(statement);
    }

    public static int Reset(IntPtr statement)
    {
        Tally.Count(Native.sqlite3_reset);
        return sqlite3_reset(statement);
    }

    public static long ColumnInteger(IntPtr statement, int column)
    {
        Tally.Count(Native.sqlite3_column_int64);
        return sqlite3_column_int64(statement, column);
    }

    public static string ColumnText(IntPtr statement, int column)
    {
        Tally.Count(Native.sqlite3_column_text);
        return Marshal.PtrToStringAnsi(sqlite3_column_text(statement, column));
    }

    public static int Finalize(IntPtr statement)
    {
        Tally.Count(Native.sqlite3_finalize);
        return sqlite3_finalize(statement);
    }

    public static long ValueInteger(IntPtr values, int index)
    {
        Tally.Count(Native.sqlite3_value_int64);
        return sqlite3_value_int64(Marshal.ReadIntPtr(values, index * IntPtr.Size));
    }

    public static string ValueText(IntPtr values, int index)
    {
        Tally.Count(Native.sqlite3_value_text);
        return Marshal.PtrToStringAnsi(sqlite3_value_text(Marshal.ReadIntPtr(values, index * IntPtr.Size)));
    }

    public static void ResultInteger(IntPtr context, long value)
    {
        Tally.Count(Native.sqlite3_result_int64);
        sqlite3_result_int64(context, value);
    }

    public static void ResultError(IntPtr context, string message)
    {
        Tally.Count(Native.sqlite3_result_error);
        sqlite3_result_error(context, message, -1);
    }
}

// One connection, for one thread.
sealed class Connection : IDisposable
{
    readonly IntPtr db;

    public Connection(string file)
    {
        Check(Sqlite.Open(file, out db));
    }

    public void AddCollation(string name, CompareNames compare)
    {
        Check(Sqlite.CreateCollation(db, name, compare));
    }

    public void AddFunction(string name, int arguments, PriceWithTax function)
    {
        Check(Sqlite.CreateFunction(db, name, arguments, function));
    }

    public void Execute(string sql)
    {
        using (var statement = Prepare(sql))
        {
            while (statement.Step())
            {
            }
        }
    }

    public Statement Prepare(string sql)
    {
        IntPtr statement;
        Check(Sqlite.Prepare(db, sql, out statement));
        return new Statement(this, statement);
    }

    public void Check(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException("SQLite: " + Sqlite.ErrorMessage(db));
        }
    }

    public void Dispose()
    {
        Sqlite.Close(db);
    }
}

sealed class Statement : IDisposable
{
    readonly Connection connection;
    readonly IntPtr statement;

    public Statement(Connection connection, IntPtr statement)
    {
        this.connection = connection;
        this.statement = statement;
    }

    public void Bind(int index, long value)
    {
        connection.Check(Sqlite.BindInteger(statement, index, value));
    }

    public void Bind(int index, string value)
    {
        connection.Check(Sqlite.BindText(statement, index, value));
    }

    // True when there is a row.
    public bool Step()
    {
        int result = Sqlite.Step(statement);
        if (result != Sqlite.Row && result != Sqlite.Done)
        {
            connection.Check(result);
        }
        return result == Sqlite.Row;
    }

    public void Reset()
    {
        connection.Check(Sqlite.Reset(statement));
    }

    public long Integer(int column)
    {
        return Sqlite.ColumnInteger(statement, column);
    }

    public string Text(int column)
    {
        return Sqlite.ColumnText(statement, column);
    }

    public void Dispose()
    {
        Sqlite.Finalize(statement);
    }
}
