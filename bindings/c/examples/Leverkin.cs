// The engine from C# (Bonsai and other .NET programs): signatures, and a class that makes codes exceptions.
using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Leverkin
{
    public enum EventKind
    {
        TrialStart = 0,
        Cue = 1,
        Reward = 2,
        TrialStop = 3
    }

    internal static class Native
    {
        private const string Library = "leverkin";
        private const CallingConvention C = CallingConvention.Cdecl;

        [DllImport(Library, CallingConvention = C)]
        internal static extern int lvk_abi_version();

        [DllImport(Library, CallingConvention = C)]
        internal static extern IntPtr lvk_last_error();

        [DllImport(Library, CallingConvention = C)]
        internal static extern int lvk_engine_new(byte[] configToml, double rateHz, double maxHours, out IntPtr engine);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int lvk_engine_push(IntPtr engine, double[] volts, long n);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int lvk_engine_event(IntPtr engine, int kind, double seconds);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int lvk_engine_poll(IntPtr engine, [Out] double[] onsetS, [Out] double[] offsetS, long capacity, out long n);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int lvk_engine_finish(IntPtr engine, byte[] resultsPathOrNull);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int lvk_engine_summary_json(IntPtr engine, [Out] byte[] buffer, long capacity, out long needed);

        [DllImport(Library, CallingConvention = C)]
        internal static extern void lvk_engine_free(IntPtr engine);

        [DllImport(Library, CallingConvention = C)]
        internal static extern int lvk_planner_lock();

        [DllImport(Library, CallingConvention = C)]
        internal static extern int lvk_planner_unlock();
    }

    public sealed class LeverkinException : Exception
    {
        public int Code { get; }
        public LeverkinException(int code, string message) : base(message) { Code = code; }
    }

    /// <summary>One session. Times are seconds from its first sample. One thread at a time.</summary>
    public sealed class Engine : IDisposable
    {
        private IntPtr handle;

        /// <param name="config">Parameters and a table [session], as TOML; may be empty.</param>
        /// <param name="maxHours">All memory for so long a session is taken at once; 0: four hours.</param>
        public Engine(string config, double rateHz, double maxHours = 0.0)
        {
            Check(Native.lvk_engine_new(Utf8(config), rateHz, maxHours, out handle));
        }

        public void Push(double[] volts)
        {
            Check(Native.lvk_engine_push(handle, volts, volts.LongLength));
        }

        public void Event(EventKind kind, double seconds)
        {
            Check(Native.lvk_engine_event(handle, (int)kind, seconds));
        }

        /// <summary>Provisional bouts since the last call; returns how many were written.</summary>
        public long Poll(double[] onsetS, double[] offsetS)
        {
            long capacity = Math.Min(onsetS.LongLength, offsetS.LongLength);
            Check(Native.lvk_engine_poll(handle, onsetS, offsetS, capacity, out long n));
            return n;
        }

        /// <summary>Ends the session; writes a results file where a path is given.</summary>
        public void Finish(string resultsPath = null)
        {
            Check(Native.lvk_engine_finish(handle, resultsPath == null ? null : Utf8(resultsPath)));
        }

        public string SummaryJson()
        {
            Check(Native.lvk_engine_summary_json(handle, null, 0, out long needed));
            byte[] buffer = new byte[needed];
            Check(Native.lvk_engine_summary_json(handle, buffer, buffer.LongLength, out needed));
            return Encoding.UTF8.GetString(buffer, 0, (int)needed - 1);
        }

        public void Dispose()
        {
            Native.lvk_engine_free(handle);
            handle = IntPtr.Zero;
        }

        private static byte[] Utf8(string text)
        {
            return Encoding.UTF8.GetBytes((text ?? "") + "\0");
        }

        private static void Check(int code)
        {
            if (code == 0) return;
            throw new LeverkinException(code, Marshal.PtrToStringAnsi(Native.lvk_last_error()));
        }
    }
}
