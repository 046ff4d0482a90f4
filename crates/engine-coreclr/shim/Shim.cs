// The managed end of clrhost: what native code can ask of the runtime only by calling managed code.
//
// Compiled by `cargo xtask shim` against Mono's class library, so that it runs on every .NET through the mscorlib
// facade; what that library lacks is found by reflection. Loaded from memory. Every method answers an HRESULT and lets no exception
// out, which would end the process.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Threading;

namespace Clrhost
{
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int Execute(
        [MarshalAs(UnmanagedType.LPWStr)] string assembly,
        [MarshalAs(UnmanagedType.LPWStr)] string type,
        [MarshalAs(UnmanagedType.LPWStr)] string method,
        [MarshalAs(UnmanagedType.LPWStr)] string argument,
        IntPtr answer,
        IntPtr gate);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int CopyLastError(IntPtr text, int capacity);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate IntPtr CurrentThread();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int OfThread(IntPtr thread);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int OfAbort(IntPtr thread, IntPtr aborter);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int SetCulture(int lcid, int forUserInterface);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int Collect(int generation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int Numbers(IntPtr numbers);

    public static class Shim
    {
        const int Ok = 0;
        const int False = 1;
        const int NotImplemented = unchecked((int)0x80004001);
        const int Failed = unchecked((int)0x80004005);
        const int AnyException = unchecked((int)0x80131500);
        const int ThreadAborted = unchecked((int)0x80131530);
        const int InvalidOperation = unchecked((int)0x80131022);

        const BindingFlags Any =
            BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

        // Native code keeps the pointers for good, which the collector cannot see.
        static Delegate[] functions;

        [ThreadStatic] static string lastError;

        // Fills the table of functions, whose size in bytes tells native code's idea of it.
        public static int Initialize(IntPtr table, int size)
        {
            functions = new Delegate[]
            {
                new Execute(ExecuteMethod), new CopyLastError(CopyError), new CurrentThread(GetCurrentThread),
                new OfThread(ReleaseThread), new OfThread(Abort), new OfAbort(Nudge), new OfThread(Wake),
                new SetCulture(ChangeCulture),
                new Collect(CollectGarbage), new Numbers(GetMemory), new Numbers(GetAllocated),
            };
            if (size != functions.Length * IntPtr.Size) { return InvalidOperation; }
            for (int i = 0; i < functions.Length; i++)
            {
                Marshal.WriteIntPtr(table, i * IntPtr.Size, Marshal.GetFunctionPointerForDelegate(functions[i]));
            }
            return Ok;
        }

        static int ExecuteMethod(
            string assembly, string type, string method, string argument, IntPtr answer, IntPtr gate)
        {
            Func<string, int> call;
            // Outside the gate: an abort is to strike what is called, not the loader.
            try { call = Find(assembly, type, method); }
            catch (Exception e) { return Fail(e.HResult, e.ToString()); }

            var door = new Gate(gate);
            int outcome;
            try
            {
                door.Open();
                outcome = Answer(call, argument, answer);
            }
            catch (ThreadAbortException)
            {
                Aborts.Reset();
                outcome = Fail(ThreadAborted, "the task was aborted");
            }
            // An abort that is on its way has to strike before this returns.
            while (true)
            {
                try
                {
                    door.Close();
                    return outcome;
                }
                catch (ThreadAbortException)
                {
                    Aborts.Reset();
                    outcome = Fail(ThreadAborted, "the task was aborted");
                }
                catch (ThreadInterruptedException) { }
            }
        }

        static int Answer(Func<string, int> call, string argument, IntPtr answer)
        {
            try
            {
                Marshal.WriteInt32(answer, call(argument));
                return Ok;
            }
            catch (ThreadAbortException) { throw; }
            catch (Exception e) { return Fail(e.HResult, e.ToString()); }
        }

        static Func<string, int> Find(string assembly, string type, string method)
        {
            Assembly loaded = Dependencies.Load(Path.GetFullPath(assembly));
            Type found = loaded.GetType(type, false);
            if (found == null) { throw new TypeLoadException("no type " + type + " in " + assembly); }
            const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
            MethodInfo entry = found.GetMethod(method, Static, null, new[] { typeof(string) }, null);
            // A method that takes an object would be found as well.
            if (entry == null || entry.ReturnType != typeof(int)
                || entry.GetParameters()[0].ParameterType != typeof(string))
            {
                throw new MissingMethodException("no `static int " + method + "(string)` in " + type);
            }
            return (Func<string, int>)Delegate.CreateDelegate(typeof(Func<string, int>), entry);
        }

        static int CopyError(IntPtr text, int capacity)
        {
            string error = lastError ?? "";
            for (int i = 0; i < error.Length && i < capacity; i++)
            {
                Marshal.WriteInt16(text, 2 * i, error[i]);
            }
            return error.Length;
        }

        static IntPtr GetCurrentThread()
        {
            try { return GCHandle.ToIntPtr(GCHandle.Alloc(Thread.CurrentThread)); }
            catch (Exception e) { Fail(e.HResult, e.ToString()); return IntPtr.Zero; }
        }

        static int ReleaseThread(IntPtr thread)
        {
            try { GCHandle.FromIntPtr(thread).Free(); return Ok; }
            catch (Exception e) { return Fail(e.HResult, e.ToString()); }
        }

        // Returns when the thread has taken the abort or has ended.
        static int Abort(IntPtr thread)
        {
            try { return Aborts.Abort(Target(thread)) ? Ok : NotImplemented; }
            catch (Exception e) { return Fail(e.HResult, e.ToString()); }
        }

        // Wakes a thread that is to be aborted out of a managed wait. Ok: it can no longer return to managed code without taking the
        // abort; False: it still can.
        //
        // The runtime notes first that the abort is requested, and only then sets the trap for threads that return. After that the
        // aborter waits for the thread, which is the first wait that it could be in since.
        static int Nudge(IntPtr thread, IntPtr aborter)
        {
            try
            {
                Thread target = Target(thread);
                ThreadState state = target.ThreadState;
                if ((state & ThreadState.AbortRequested) == 0) { return False; }
                if ((Target(aborter).ThreadState & ThreadState.WaitSleepJoin) == 0) { return False; }
                if ((state & ThreadState.WaitSleepJoin) != 0) { target.Interrupt(); }
                return Ok;
            }
            catch (Exception e) { return Fail(e.HResult, e.ToString()); }
        }

        // Interrupts the thread if it is in a managed wait. False: it is in none.
        static int Wake(IntPtr thread)
        {
            try
            {
                Thread target = Target(thread);
                if ((target.ThreadState & ThreadState.WaitSleepJoin) == 0) { return False; }
                target.Interrupt();
                return Ok;
            }
            catch (Exception e) { return Fail(e.HResult, e.ToString()); }
        }

        static Thread Target(IntPtr handle)
        {
            return (Thread)GCHandle.FromIntPtr(handle).Target;
        }

        static int ChangeCulture(int lcid, int forUserInterface)
        {
            try
            {
                var culture = new CultureInfo(lcid);
                // The setters of Thread's properties, which runs on older class libraries too.
                if (forUserInterface != 0) { Thread.CurrentThread.CurrentUICulture = culture; }
                else { Thread.CurrentThread.CurrentCulture = culture; }
                return Ok;
            }
            catch (Exception e) { return Fail(e.HResult, e.ToString()); }
        }

        static int CollectGarbage(int generation)
        {
            try
            {
                if (generation < 0) { GC.Collect(); } else { GC.Collect(Math.Min(generation, GC.MaxGeneration)); }
                return Ok;
            }
            catch (Exception e) { return Fail(e.HResult, e.ToString()); }
        }

        static int GetMemory(IntPtr numbers)
        {
            try { Memory.Write(numbers); return Ok; }
            catch (Exception e) { return Fail(e.HResult, e.ToString()); }
        }

        static int GetAllocated(IntPtr numbers)
        {
            try { Marshal.WriteInt64(numbers, Memory.AllocatedByCurrentThread()); return Ok; }
            catch (Exception e) { return Fail(e.HResult, e.ToString()); }
        }

        static int Fail(int hresult, string error)
        {
            lastError = error;
            // To a host E_FAIL means that the runtime is lost, which an exception does not.
            return hresult == Failed || hresult >= 0 ? AnyException : hresult;
        }

        internal static MethodInfo Method(string type, string name, Type[] parameters)
        {
            Type found = Type.GetType(type, false);
            if (found == null) { return null; }
            return parameters == null ? found.GetMethod(name, Any) : found.GetMethod(name, Any, null, parameters, null);
        }
    }

    // Where a thread that came from native code may be aborted: an exception that left managed code would end the process,
    // so only inside the block that catches it. The number is shared with native code, which claims it before it aborts.
    unsafe struct Gate
    {
        const int Outside = 0;
        const int Inside = 1;
        const int Aborting = 2;

        readonly int* state;
        // The thread is in such a block already, further out, which opened the gate.
        readonly bool nested;

        public Gate(IntPtr address)
        {
            state = (int*)address;
            nested = state == null || Thread.VolatileRead(ref *state) != Outside;
        }

        public void Open()
        {
            if (!nested) { Interlocked.CompareExchange(ref *state, Inside, Outside); }
        }

        // Returns when the thread is outside, which it may not be as long as somebody is aborting it.
        public void Close()
        {
            if (nested) { return; }
            while (Interlocked.CompareExchange(ref *state, Outside, Inside) == Aborting) { Thread.Sleep(1); }
        }
    }

    // Loads assemblies, and what they depend on by their deps.json and from beside them.
    static class Dependencies
    {
        static readonly Dictionary<string, Assembly> loaded = new Dictionary<string, Assembly>();
        static readonly List<Func<AssemblyName, string>> managed = new List<Func<AssemblyName, string>>();
        static readonly List<Func<string, string>> native = new List<Func<string, string>>();
        static Func<string, IntPtr> loadNative;

        public static Assembly Load(string path)
        {
            lock (loaded)
            {
                Assembly assembly;
                if (loaded.TryGetValue(path, out assembly)) { return assembly; }
                if (loaded.Count == 0) { Listen(); }
                if (!File.Exists(path)) { throw new FileNotFoundException(null, path); }
                Resolve(path);
                assembly = Assembly.LoadFrom(path);
                loaded.Add(path, assembly);
                return assembly;
            }
        }

        static void Resolve(string path)
        {
            Type resolver = Type.GetType("System.Runtime.Loader.AssemblyDependencyResolver, System.Runtime.Loader", false);
            if (resolver == null) { return; }
            object instance;
            // Without a deps.json it still knows the files beside the assembly; where it knows nothing it throws.
            try { instance = Activator.CreateInstance(resolver, path); }
            catch (TargetInvocationException) { return; }
            managed.Add((Func<AssemblyName, string>)Delegate.CreateDelegate(
                typeof(Func<AssemblyName, string>), instance, resolver.GetMethod("ResolveAssemblyToPath")));
            native.Add((Func<string, string>)Delegate.CreateDelegate(
                typeof(Func<string, string>), instance, resolver.GetMethod("ResolveUnmanagedDllToPath")));
        }

        static void Listen()
        {
            AppDomain.CurrentDomain.AssemblyResolve += (sender, wanted) =>
            {
                var name = new AssemblyName(wanted.Name);
                foreach (var find in managed.ToArray())
                {
                    string path = find(name);
                    if (path != null) { return Assembly.LoadFrom(path); }
                }
                return null;
            };
            Type context = Type.GetType("System.Runtime.Loader.AssemblyLoadContext, System.Runtime.Loader", false);
            EventInfo missing = context == null ? null : context.GetEvent("ResolvingUnmanagedDll");
            MethodInfo load = Shim.Method(
                "System.Runtime.InteropServices.NativeLibrary, System.Runtime.InteropServices", "Load", new[] { typeof(string) });
            if (missing == null || load == null) { return; }
            loadNative = (Func<string, IntPtr>)Delegate.CreateDelegate(typeof(Func<string, IntPtr>), load);
            missing.AddEventHandler(
                context.GetProperty("Default").GetValue(null, null), new Func<Assembly, string, IntPtr>(FindNative));
        }

        static IntPtr FindNative(Assembly assembly, string name)
        {
            foreach (var find in native.ToArray())
            {
                string path = find(name);
                if (path != null) { return loadNative(path); }
            }
            return IntPtr.Zero;
        }
    }

    // .NET dropped Thread.Abort but kept the machinery for ControlledExecution.
    static class Aborts
    {
        const string Controlled = "System.Runtime.ControlledExecution, System.Private.CoreLib";
        static readonly MethodInfo abort = Shim.Method(Controlled, "AbortThread", null);
        // A delegate, because reflection takes locks, and a thread that is being aborted may be interrupted in them.
        static readonly Action reset = CreateReset();
        static readonly MethodInfo handle = Shim.Method("System.Threading.Thread, System.Private.CoreLib", "GetNativeHandle", null);

        static Action CreateReset()
        {
            MethodInfo method = Shim.Method(Controlled, "ResetAbortThread", null);
            return method == null ? null : (Action)Delegate.CreateDelegate(typeof(Action), method);
        }

        public static bool Abort(Thread thread)
        {
            if (abort == null || handle == null) { return false; }
            abort.Invoke(null, new[] { handle.Invoke(thread, null) });
            return true;
        }

        public static void Reset()
        {
            if (reset != null) { reset(); }
        }
    }

    static class Memory
    {
        static readonly Func<long> allocated = CreateAllocated();
        // GCMemoryInfo and what it holds are structures of newer class libraries: looked at by reflection.
        static readonly MethodInfo info = typeof(GC).GetMethod("GetGCMemoryInfo", Type.EmptyTypes);

        static Func<long> CreateAllocated()
        {
            MethodInfo method = typeof(GC).GetMethod("GetAllocatedBytesForCurrentThread");
            return method == null ? null : (Func<long>)Delegate.CreateDelegate(typeof(Func<long>), method);
        }

        public static long AllocatedByCurrentThread()
        {
            if (allocated == null) { throw new NotSupportedException(); }
            return allocated();
        }

        // Three counts of collections; committed, promoted, heap size, total available memory; all in bytes, -1 unknown.
        public static void Write(IntPtr numbers)
        {
            object memory = info == null ? null : info.Invoke(null, null);
            var values = new[]
            {
                GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2), Number(memory, "TotalCommittedBytes"),
                Number(memory, "PromotedBytes"), Number(memory, "HeapSizeBytes"), Number(memory, "TotalAvailableMemoryBytes"),
            };
            Marshal.Copy(values, 0, numbers, values.Length);
        }

        static long Number(object memory, string property)
        {
            PropertyInfo found = memory == null ? null : memory.GetType().GetProperty(property);
            return found == null ? -1 : Convert.ToInt64(found.GetValue(memory, null));
        }
    }
}
