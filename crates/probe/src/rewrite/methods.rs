//! Which methods are rewritten, and how.

use crate::info::ProfilerInfo;
use crate::notify::{self, Wait};
use crate::rewrite::NOT_FOUND;
use crate::rewrite::body::{Body, Branch, op};
use crate::rewrite::editor::{Editor, Method};
use std::ffi::c_void;

/// Bytes of signatures (ECMA-335 II.23.2).
mod sig {
    pub(super) const STATIC: u8 = 0x00;
    pub(super) const INSTANCE: u8 = 0x20;
    pub(super) const UNMANAGED_C: u8 = 0x01;
    pub(super) const LOCALS: u8 = 0x07;
    pub(super) const VOID: u8 = 0x01;
    pub(super) const BOOLEAN: u8 = 0x02;
    pub(super) const I4: u8 = 0x08;
    pub(super) const BYREF: u8 = 0x10;
    pub(super) const VALUETYPE: u8 = 0x11;
    pub(super) const CLASS: u8 = 0x12;
    pub(super) const I: u8 = 0x18;
    pub(super) const OBJECT: u8 = 0x1C;
}

/// What a host is asked before the runtime does something itself.
struct Question {
    class: &'static str,
    name: &'static str,
    argument: Argument,
    ask: *const c_void,
    /// Called again and again before the question, until it answers 0: where the thread returns from it an abort may strike.
    first: Option<*const c_void>,
    /// The runtime's own way is a wait.
    waits: Option<&'static Wait>,
}

/// What the question is about.
enum Argument {
    None,
    /// An int, the method's first argument.
    Int,
    /// The LCID of a culture, the method's first argument; no question for null.
    Culture,
}

fn questions() -> Vec<Question> {
    const THREAD: &str = "System.Threading.Thread";
    const CULTURE: &str = "System.Globalization.CultureInfo";
    let plain =
        |class, name, argument, ask| Question { class, name, argument, ask, first: None, waits: None };
    vec![
        Question {
            class: THREAD,
            name: "Sleep",
            argument: Argument::Int,
            ask: notify::sleep as *const c_void,
            first: None,
            waits: Some(&notify::SLEEP),
        },
        plain(THREAD, "Yield", Argument::None, notify::switch_to_task as *const c_void),
        plain(CULTURE, "set_CurrentCulture", Argument::Culture, notify::set_locale as *const c_void),
        plain(CULTURE, "set_CurrentUICulture", Argument::Culture, notify::set_ui_locale as *const c_void),
        plain(THREAD, "BeginThreadAffinity", Argument::None, notify::begin_thread_affinity as *const c_void),
        plain(THREAD, "EndThreadAffinity", Argument::None, notify::end_thread_affinity as *const c_void),
        Question {
            first: Some(notify::await_abort_before_region as *const c_void),
            ..plain(
                THREAD,
                "BeginCriticalRegion",
                Argument::None,
                notify::begin_critical_region as *const c_void,
            )
        },
        plain(THREAD, "EndCriticalRegion", Argument::None, notify::end_critical_region as *const c_void),
    ]
}

/// A method of CoreLib that waits.
struct Waiting {
    class: &'static str,
    name: &'static str,
    /// Its arguments, `this` included; other overloads call this one.
    arguments: &'static [u8],
    /// Which argument is a time in milliseconds: with 0 there is no wait.
    time: Option<u8>,
    wait: &'static Wait,
}

/// How many arguments are enough to tell the overloads apart.
const WAITING: &[Waiting] = &[
    Waiting {
        class: "System.Threading.WaitHandle",
        name: "WaitOneNoCheck",
        // .NET 9 has more: whether to use the synchronization context, and what for.
        arguments: &[2, 3, 4, 5],
        time: Some(1),
        wait: &notify::WAIT_ONE,
    },
    Waiting {
        class: "System.Threading.WaitHandle",
        name: "WaitMultipleIgnoringSyncContext",
        arguments: &[3],
        time: Some(2),
        wait: &notify::WAIT_MULTIPLE,
    },
    Waiting {
        class: "System.Threading.WaitHandle",
        name: "SignalAndWaitCore",
        arguments: &[3],
        time: None,
        wait: &notify::SIGNAL_AND_WAIT,
    },
    Waiting {
        class: "System.Threading.Monitor",
        name: "Wait",
        arguments: &[2],
        time: Some(1),
        wait: &notify::MONITOR_WAIT,
    },
    Waiting {
        class: "System.Threading.LowLevelLifoSemaphore",
        name: "WaitCore",
        arguments: &[2],
        time: Some(1),
        wait: &notify::POOL_WAIT,
    },
    Waiting {
        class: "System.Threading.Thread",
        name: "Join",
        arguments: &[2],
        time: Some(1),
        wait: &notify::JOIN,
    },
    Waiting {
        class: "System.GC",
        name: "WaitForPendingFinalizers",
        arguments: &[0],
        time: None,
        wait: &notify::FINALIZERS,
    },
];

type Outcome<T> = Result<T, String>;

/// Rewrites what can be, and gives the tokens of what was, and in words what was not.
pub(super) fn rewrite(info: &ProfilerInfo, module: usize) -> (Vec<u32>, Vec<String>) {
    let (mut rewritten, mut failures) = (Vec::new(), Vec::new());
    let rewriter = match Rewriter::new(info, module) {
        Ok(rewriter) => rewriter,
        Err(failure) => return (rewritten, vec![failure]),
    };
    let mut note = |what: String, outcome: Outcome<u32>| match outcome {
        Ok(token) => rewritten.push(token),
        Err(reason) => failures.push(format!("{what}: {reason}")),
    };
    for question in questions() {
        let name = format!("{}.{}", question.class, question.name);
        note(name, rewriter.ask(&question));
    }
    for waiting in WAITING {
        note(format!("{}.{}", waiting.class, waiting.name), rewriter.bracket(waiting));
    }
    note("System.Threading.Monitor.Enter".to_owned(), rewriter.monitor_enter());
    note("System.Threading.Monitor.TryEnter".to_owned(), rewriter.monitor_try_enter());
    note("System.Threading.Thread.StartCallback".to_owned(), rewriter.thread_start());
    (rewritten, failures)
}

struct Rewriter<'a> {
    editor: Editor<'a>,
    /// `void ()`, managed.
    expect: u32,
    /// `int ()`, `int (int)`, `void (native int)`, `int (native int)`, `native int (native int)`, `void ()`; all native.
    ask_nothing: u32,
    ask_int: u32,
    tell: u32,
    tell_and_ask: u32,
    exchange: u32,
    tell_nothing: u32,
    throw_for_hresult: u32,
    get_lcid: u32,
    culture: u32,
    object: u32,
    /// `ThreadInterruptedException` and its constructor.
    interrupted: u32,
    new_interrupted: u32,
}

fn say(hresult: clrhost_abi::Hresult) -> String {
    hresult.to_string()
}

impl<'a> Rewriter<'a> {
    fn new(info: &'a ProfilerInfo, module: usize) -> Outcome<Rewriter<'a>> {
        let editor = Editor::new(info, module).ok_or("CoreLib's metadata cannot be changed")?;
        let marshal = editor.type_def("System.Runtime.InteropServices.Marshal").ok_or(NOT_FOUND)?;
        let culture = editor.type_def("System.Globalization.CultureInfo").ok_or(NOT_FOUND)?;
        let throw = editor.method(marshal, "ThrowExceptionForHR", &[sig::STATIC, 1, sig::VOID, sig::I4]);
        let lcid = editor.method(culture, "get_LCID", &[sig::INSTANCE, 0, sig::I4]);
        let interrupted = editor.type_def("System.Threading.ThreadInterruptedException").ok_or(NOT_FOUND)?;
        let new_interrupted = editor.method(interrupted, ".ctor", &[sig::INSTANCE, 0, sig::VOID]);
        let signature = |bytes: &[u8]| editor.signature(bytes).map_err(say);
        Ok(Rewriter {
            expect: signature(&[sig::STATIC, 0, sig::VOID])?,
            ask_nothing: signature(&[sig::UNMANAGED_C, 0, sig::I4])?,
            ask_int: signature(&[sig::UNMANAGED_C, 1, sig::I4, sig::I4])?,
            tell: signature(&[sig::UNMANAGED_C, 1, sig::VOID, sig::I])?,
            tell_and_ask: signature(&[sig::UNMANAGED_C, 1, sig::I4, sig::I])?,
            exchange: signature(&[sig::UNMANAGED_C, 1, sig::I, sig::I])?,
            tell_nothing: signature(&[sig::UNMANAGED_C, 0, sig::VOID])?,
            throw_for_hresult: throw.ok_or(NOT_FOUND)?.token,
            get_lcid: lcid.ok_or(NOT_FOUND)?.token,
            culture,
            object: editor.type_def("System.Object").ok_or(NOT_FOUND)?,
            interrupted,
            new_interrupted: new_interrupted.ok_or(NOT_FOUND)?.token,
            editor,
        })
    }

    /// Calls one of our functions; its arguments are on the stack.
    fn call_own(&self, body: &mut Body, function: *const c_void, signature: u32) {
        let expect: extern "C" fn() = notify::expect_own_call;
        body.address(expect as usize).call_pointer(self.expect);
        body.address(function as usize).call_pointer(signature);
    }

    fn method(&self, class: &str, name: &str, fits: impl Fn(&Method) -> bool) -> Outcome<Method> {
        let class = self.editor.type_def(class).ok_or(NOT_FOUND)?;
        let mut fitting = self.editor.methods(class, name).into_iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(method), None) => Ok(method),
            _ => Err(NOT_FOUND.to_owned()),
        }
    }

    fn culture_parameter(&self) -> Vec<u8> {
        // TypeDefOrRef coding: the row, shifted, in the compressed form of II.23.2.
        let coded = (self.culture & 0x00FF_FFFF) << 2;
        let mut bytes = vec![sig::CLASS];
        bytes.extend(compressed(coded));
        bytes
    }

    /// Asks the host; does what the method did only if the host leaves it to the runtime.
    fn ask(&self, question: &Question) -> Outcome<u32> {
        let method = self.method(question.class, question.name, |method| {
            let parameters = &method.signature[3.min(method.signature.len())..];
            match question.argument {
                Argument::None => method.arguments() == Some(0),
                Argument::Int => parameters == [sig::I4] && method.arguments() == Some(1),
                Argument::Culture => parameters == self.culture_parameter(),
            }
        })?;
        let (arguments, result) = (method.arguments().ok_or(NOT_FOUND)?, method.result().ok_or(NOT_FOUND)?);
        if !matches!(result, sig::VOID | sig::BOOLEAN) {
            return Err(NOT_FOUND.to_owned());
        }
        let clone = self.editor.clone_body(&method).map_err(say)?;
        let mut body = Body::default();
        let (go_on, undecided) = (body.label(), body.label());
        if let Some(first) = question.first {
            let again = body.label();
            body.place(again);
            self.call_own(&mut body, first, self.ask_nothing);
            body.branch(Branch::IfNotZero, again);
        }
        match question.argument {
            Argument::None => self.call_own(&mut body, question.ask, self.ask_nothing),
            Argument::Int => {
                body.argument(0);
                self.call_own(&mut body, question.ask, self.ask_int);
            }
            Argument::Culture => {
                body.argument(0).branch(Branch::IfZero, go_on);
                body.argument(0).call_virtual(self.get_lcid);
                self.call_own(&mut body, question.ask, self.ask_int);
            }
        }
        // 1: the runtime is to do it; below 0: thrown; else done, which for a bool is true only with 0.
        body.op(op::DUP).op(op::LDC_I4_1).branch(Branch::IfEqual, undecided);
        body.op(op::DUP).call(self.throw_for_hresult);
        match result {
            sig::BOOLEAN => body.op(op::LDC_I4_0).equal(),
            _ => body.op(op::POP),
        };
        body.op(op::RET).place(undecided).op(op::POP).place(go_on);
        let locals = match question.waits {
            Some(wait) => self.bracketed(&mut body, wait, arguments, clone, result)?,
            None => {
                body.arguments(arguments).call(clone).op(op::RET);
                0
            }
        };
        self.editor.set_body(method.token, body, 8, locals).map_err(say)?;
        Ok(method.token)
    }

    /// Reports the method as a call out of the runtime.
    fn bracket(&self, waiting: &Waiting) -> Outcome<u32> {
        let method = self.method(waiting.class, waiting.name, |method| {
            let fits = method.arguments().is_some_and(|count| waiting.arguments.contains(&count));
            // Overloads with a TimeSpan, or a WaitHandle's implementation inside the runtime, call or are called by it.
            let last = method.signature.last();
            // As does, since .NET 9, one that takes a handle in place of the object.
            let fits = fits && method.signature.get(3) != Some(&sig::VALUETYPE);
            fits && method.result().is_some() && (waiting.time.is_none() || has_int(method, last))
        })?;
        let (arguments, result) = (method.arguments().ok_or(NOT_FOUND)?, method.result().ok_or(NOT_FOUND)?);
        let internal = method.is_internal_call();
        let clone = if internal {
            let collect = self.method("System.GC", "Collect", |method| method.arguments() == Some(0))?;
            self.editor.move_internal_call(&method, self.editor.rva(&collect)).map_err(say)?
        } else {
            self.editor.clone_body(&method).map_err(say)?
        };
        let mut body = Body::default();
        // The second name of an internal call takes one more argument.
        let call_clone = |body: &mut Body| {
            body.arguments(arguments);
            if internal {
                body.op(op::LDC_I4_0).op(op::CONV_I);
            }
            body.call(clone);
        };
        if let Some(time) = waiting.time {
            let waits = body.label();
            body.argument(time).branch(Branch::IfNotZero, waits);
            call_clone(&mut body);
            body.op(op::RET).place(waits);
        }
        let locals = self.bracketed_with(&mut body, waiting.wait, result, call_clone)?;
        self.editor.set_body(method.token, body, 8, locals).map_err(say)?;
        Ok(method.token)
    }

    fn bracketed(
        &self,
        body: &mut Body,
        wait: &'static Wait,
        arguments: u8,
        clone: u32,
        result: u8,
    ) -> Outcome<u32> {
        self.bracketed_with(body, wait, result, |body| {
            body.arguments(arguments).call(clone);
        })
    }

    /// `wait` begins; `call`; `wait` ends, however the call does; and return. Gives the token of the locals.
    fn bracketed_with(
        &self,
        body: &mut Body,
        wait: &'static Wait,
        result: u8,
        call: impl FnOnce(&mut Body),
    ) -> Outcome<u32> {
        let locals = match result {
            sig::VOID => 0,
            _ => self.editor.signature(&[sig::LOCALS, 1, result]).map_err(say)?,
        };
        let (begin, end, aborted) = (body.label(), body.label(), body.label());
        let (other, interrupted) = (body.label(), body.label());
        let address = std::ptr::from_ref(wait) as usize;
        body.place(begin).protected(
            self.object,
            |block| {
                block.address(address);
                self.call_own(block, notify::wait_begins as *const c_void, self.tell);
                call(block);
                if result != sig::VOID {
                    block.store_local(0);
                }
                block.branch(Branch::Leave, end);
            },
            |handler| {
                handler.is_instance(self.interrupted).branch(Branch::IfZero, other);
                handler.address(address);
                self.call_own(handler, notify::wait_is_interrupted as *const c_void, self.tell_and_ask);
                handler.branch(Branch::IfZero, interrupted).branch(Branch::Leave, aborted);
                handler.place(other).address(address);
                self.call_own(handler, notify::wait_ends as *const c_void, self.tell);
                handler.place(interrupted).rethrow();
            },
        );
        // The interruption was that of an abort, which comes as the thread returns from native code.
        body.place(aborted);
        self.call_own(body, notify::await_abort as *const c_void, self.ask_nothing);
        body.branch(Branch::IfNotZero, aborted);
        self.call_own(body, notify::waits_again as *const c_void, self.ask_nothing);
        body.branch(Branch::IfNotZero, begin).throw_new(self.new_interrupted);
        body.place(end).address(address);
        self.call_own(body, notify::wait_ends as *const c_void, self.tell);
        if result != sig::VOID {
            body.local(0);
        }
        body.op(op::RET);
        Ok(locals)
    }

    /// `Enter(object, ref bool)`: without contention nothing is reported.
    fn monitor_enter(&self) -> Outcome<u32> {
        const SIGNATURE: [u8; 6] = [sig::STATIC, 2, sig::VOID, sig::OBJECT, sig::BYREF, sig::BOOLEAN];
        let monitor = self.editor.type_def("System.Threading.Monitor").ok_or(NOT_FOUND)?;
        let enter = self.editor.method(monitor, "Enter", &SIGNATURE).ok_or(NOT_FOUND)?;
        let try_enter = self.editor.method(monitor, "TryEnter", &SIGNATURE).ok_or(NOT_FOUND)?;
        let clone = self.editor.clone_body(&enter).map_err(say)?;
        let mut body = Body::default();
        let (taken, waits) = (body.label(), body.label());
        // The argument may be wrong, which the method itself says best.
        body.argument(1).op(op::LDIND_U1).branch(Branch::IfNotZero, taken);
        body.argument(0).argument(1).call(try_enter.token);
        body.argument(1).op(op::LDIND_U1).branch(Branch::IfZero, waits).op(op::RET);
        body.place(taken).arguments(2).call(clone).op(op::RET);
        body.place(waits);
        self.bracketed(&mut body, &notify::MONITOR_ENTER, 2, clone, sig::VOID)?;
        self.editor.set_body(enter.token, body, 8, 0).map_err(say)?;
        Ok(enter.token)
    }

    /// `TryEnter(object, int, ref bool)`, likewise.
    fn monitor_try_enter(&self) -> Outcome<u32> {
        const SIGNATURE: [u8; 7] =
            [sig::STATIC, 3, sig::VOID, sig::OBJECT, sig::I4, sig::BYREF, sig::BOOLEAN];
        const AT_ONCE: [u8; 6] = [sig::STATIC, 2, sig::VOID, sig::OBJECT, sig::BYREF, sig::BOOLEAN];
        let monitor = self.editor.type_def("System.Threading.Monitor").ok_or(NOT_FOUND)?;
        let with_time = self.editor.method(monitor, "TryEnter", &SIGNATURE).ok_or(NOT_FOUND)?;
        let at_once = self.editor.method(monitor, "TryEnter", &AT_ONCE).ok_or(NOT_FOUND)?;
        let clone = self.editor.clone_body(&with_time).map_err(say)?;
        let mut body = Body::default();
        let (plain, waits) = (body.label(), body.label());
        body.argument(2).op(op::LDIND_U1).branch(Branch::IfNotZero, plain);
        body.argument(1).branch(Branch::IfZero, plain);
        body.argument(0).argument(2).call(at_once.token);
        body.argument(2).op(op::LDIND_U1).branch(Branch::IfZero, waits).op(op::RET);
        body.place(plain).arguments(3).call(clone).op(op::RET);
        body.place(waits);
        self.bracketed(&mut body, &notify::MONITOR_ENTER, 3, clone, sig::VOID)?;
        self.editor.set_body(with_time.token, body, 8, 0).map_err(say)?;
        Ok(with_time.token)
    }

    /// The body of every managed thread: a handle on its object for us, and a call from native code for the host.
    fn thread_start(&self) -> Outcome<u32> {
        let handle = self.editor.type_def("System.Runtime.InteropServices.GCHandle").ok_or(NOT_FOUND)?;
        let mut value = vec![sig::VALUETYPE];
        value.extend(compressed((handle & 0x00FF_FFFF) << 2));
        let with_value = |before: &[u8], after: &[u8]| [before, &value, after].concat();
        let alloc = with_value(&[sig::STATIC, 1], &[sig::OBJECT]);
        let alloc = self.editor.method(handle, "Alloc", &alloc).ok_or(NOT_FOUND)?;
        let to_int = with_value(&[sig::STATIC, 1, sig::I], &[]);
        let to_int = self.editor.method(handle, "ToIntPtr", &to_int).ok_or(NOT_FOUND)?;
        let from_int = with_value(&[sig::STATIC, 1], &[sig::I]);
        let from_int = self.editor.method(handle, "FromIntPtr", &from_int).ok_or(NOT_FOUND)?;
        let free = self.editor.method(handle, "Free", &[sig::INSTANCE, 0, sig::VOID]).ok_or(NOT_FOUND)?;
        let start = self.method("System.Threading.Thread", "StartCallback", |method| {
            method.signature == [sig::INSTANCE, 0, sig::VOID]
        })?;
        let locals = with_value(&[sig::LOCALS, 2, sig::I], &[]);
        let locals = self.editor.signature(&locals).map_err(say)?;
        let clone = self.editor.clone_body(&start).map_err(say)?;

        let mut body = Body::default();
        let (nothing_dead, end) = (body.label(), body.label());
        body.argument(0).call(alloc.token).call(to_int.token);
        self.call_own(&mut body, notify::thread_starts as *const c_void, self.exchange);
        body.store_local(0).local(0).branch(Branch::IfZero, nothing_dead);
        body.local(0).call(from_int.token).store_local(1).local_address(1).call(free.token);
        body.place(nothing_dead).protected(
            self.object,
            |block| {
                block.argument(0).call(clone).branch(Branch::Leave, end);
            },
            |handler| {
                handler.op(op::POP);
                self.call_own(handler, notify::thread_ends as *const c_void, self.tell_nothing);
                handler.rethrow();
            },
        );
        body.place(end);
        self.call_own(&mut body, notify::thread_ends as *const c_void, self.tell_nothing);
        body.op(op::RET);
        self.editor.set_body(start.token, body, 8, locals).map_err(say)?;
        Ok(start.token)
    }
}

/// The time is an int, not a TimeSpan: the last parameter, or in newer versions the first of several.
fn has_int(method: &Method, last: Option<&u8>) -> bool {
    last == Some(&sig::I4) || method.signature.get(3) == Some(&sig::I4)
}

/// A number in the compressed form of signatures.
fn compressed(number: u32) -> Vec<u8> {
    match number {
        0..0x80 => vec![number as u8],
        0x80..0x4000 => vec![0x80 | (number >> 8) as u8, number as u8],
        _ => vec![0xC0 | (number >> 24) as u8, (number >> 16) as u8, (number >> 8) as u8, number as u8],
    }
}
