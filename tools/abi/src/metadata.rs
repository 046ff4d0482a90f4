//! Reads the metadata into a model that has only what the headers say.

use std::collections::BTreeMap;
use std::path::Path;

use windows_metadata::reader::{File, HasAttributes, Index, MethodDef, TypeCategory, TypeDef};
use windows_metadata::{Type, Value};

use crate::{Failure, choice, spelling};

/// The interfaces and what they use.
pub struct Model {
    /// In the order of the alphabet.
    pub interfaces: BTreeMap<String, Interface>,
    pub enums: BTreeMap<String, Vec<(String, i32)>>,
    pub structs: BTreeMap<String, Vec<Field>>,
    pub callbacks: BTreeMap<String, Signature>,
    pub functions: BTreeMap<String, Signature>,
    /// Class and library identifiers.
    pub guids: BTreeMap<String, Guid>,
    pub constants: BTreeMap<String, u32>,
    /// Every function of the metadata, declared by us or not.
    pub all_functions: Vec<String>,
}

/// The fields of a GUID, as `DEFINE_GUID` takes them.
pub type Guid = (u32, u16, u16, [u8; 8]);

pub struct Interface {
    pub name: String,
    pub base: String,
    pub iid: Guid,
    /// Own methods, in the order of the vtable.
    pub methods: Vec<Signature>,
}

pub struct Signature {
    pub name: String,
    /// The type that comes back, as C spells it.
    pub answer: String,
    /// Type and name of each parameter; the type ends so that the name can follow.
    pub parameters: Vec<(String, String)>,
}

pub enum Field {
    /// Type, name, and what follows the name of an array.
    Plain(String, String, String),
    /// A union without a name.
    Union(Vec<Field>),
}

/// Reads the namespace of hosting and the few interfaces of COM that it needs.
pub fn read(file: &Path) -> Result<Model, Failure> {
    let bytes = std::fs::read(file).map_err(|e| format!("can't read {}: {e}", file.display()))?;
    let file = File::new(bytes).ok_or("the metadata is not in the format of ECMA-335")?;
    let index = Index::new(vec![file]);
    let mut model = Model {
        interfaces: BTreeMap::new(),
        enums: BTreeMap::new(),
        structs: BTreeMap::new(),
        callbacks: BTreeMap::new(),
        functions: BTreeMap::new(),
        guids: BTreeMap::new(),
        constants: BTreeMap::new(),
        all_functions: Vec::new(),
    };
    for ty in index.all().filter(|ty| ty.namespace() == choice::HOSTING) {
        model.add(ty)?;
    }
    for (namespace, name) in choice::COM {
        model.add(index.expect(namespace, name))?;
    }
    model.all_functions.sort();
    Ok(model)
}

impl Model {
    fn add(&mut self, ty: TypeDef<'_>) -> Result<(), Failure> {
        let name = ty.name().to_string();
        match ty.category() {
            TypeCategory::Interface if !choice::LEFT_OUT.contains(&ty.name()) => {
                self.interfaces.insert(name, interface(ty)?);
            }
            TypeCategory::Enum => {
                self.enums.insert(name, ty.fields().filter_map(enumerator).collect());
            }
            // A class with an identifier is an empty structure here.
            TypeCategory::Struct if guid(&ty).is_some() => {
                let known = ["CLRRuntimeHost", "CorRuntimeHost"].contains(&ty.name());
                let iid = guid(&ty).filter(|_| known);
                self.guids.extend(iid.map(|iid| (format!("CLSID_{name}"), iid)));
            }
            TypeCategory::Struct => {
                let fields = fields(ty)?;
                self.structs.insert(name, fields);
            }
            TypeCategory::Delegate => {
                let invoke = ty.methods().find(|method| method.name() == "Invoke");
                let invoke = invoke.ok_or_else(|| format!("{name} cannot be called"))?;
                let signature = Signature { name: name.clone(), ..signature(&name, invoke)? };
                self.callbacks.insert(name, signature);
            }
            TypeCategory::Class => self.add_loose(ty)?,
            _ => {}
        }
        Ok(())
    }

    /// Functions and constants, which the metadata keeps in a class of their own.
    fn add_loose(&mut self, ty: TypeDef<'_>) -> Result<(), Failure> {
        for method in ty.methods() {
            let name = method.name().to_string();
            self.all_functions.push(name.clone());
            if [choice::MSCOREE_FUNCTIONS, choice::METAHOST_FUNCTIONS].concat().contains(&method.name()) {
                self.functions.insert(name.clone(), signature(&name, method)?);
            }
        }
        for field in ty.fields() {
            if let Some(id) = guid(&field) {
                self.guids.insert(field.name().to_string(), id);
            }
            let value = field.constant().map(|constant| constant.value());
            if let (true, Some(Value::U32(value))) = (choice::CONSTANTS.contains(&field.name()), value) {
                self.constants.insert(field.name().to_string(), value);
            }
        }
        Ok(())
    }
}

fn interface(ty: TypeDef<'_>) -> Result<Interface, Failure> {
    let name = ty.name().to_string();
    let base = ty.interface_impls().next().map(|base| base.interface(&[]));
    let Some(Type::Name(base)) = base else { return Err(format!("{name} has no base")) };
    Ok(Interface {
        iid: guid(&ty).ok_or_else(|| format!("{name} has no IID"))?,
        methods: ty.methods().map(|method| signature(&name, method)).collect::<Result<_, _>>()?,
        name,
        base: base.name,
    })
}

fn signature(owner: &str, method: MethodDef<'_>) -> Result<Signature, Failure> {
    // `CreateSemaphore` and `LoadLibrary` got the name that a macro of windows.h makes of them.
    let ansi = attribute(&method, "AnsiAttribute").is_some();
    let name = method.name().strip_suffix('A').filter(|_| ansi).unwrap_or(method.name());
    let types = method.signature(&[]);
    let spell = |ty: &Type, parameter: &str, constant: bool| {
        let place = spelling::Place { owner, member: name, item: parameter };
        spelling::spell(ty, constant, &place)
    };
    let mut parameters = Vec::new();
    // Sequence 0 is the answer.
    for parameter in method.params().filter(|parameter| parameter.sequence() > 0) {
        let ty = &types.types[usize::from(parameter.sequence()) - 1];
        let constant = attribute(&parameter, "ConstAttribute").is_some();
        let parameter = if parameter.name().starts_with("__MIDL") { "data" } else { parameter.name() };
        parameters.push((spell(ty, parameter, constant)?, parameter.to_string()));
    }
    let answer = spell(&types.return_type, "", false)?.trim_end().to_string();
    Ok(Signature { name: name.to_string(), answer, parameters })
}

fn fields(owner: TypeDef<'_>) -> Result<Vec<Field>, Failure> {
    let mut fields = Vec::new();
    for field in owner.fields() {
        let ty = field.ty();
        // The reader does not find types within types; there is one.
        if owner.name() == "CustomDumpItem" && field.name() == "Anonymous" {
            let member = Field::Plain("UINT_PTR ".into(), "pReserved".into(), String::new());
            fields.push(Field::Union(vec![member]));
            continue;
        }
        let place = spelling::Place { owner: owner.name(), member: field.name(), item: "" };
        let constant = attribute(&field, "ConstAttribute").is_some();
        let (element, bounds) = spelling::array(&ty, &place);
        let element = spelling::spell(element, constant, &place)?;
        fields.push(Field::Plain(element, field.name().to_string(), bounds));
    }
    Ok(fields)
}

fn enumerator(field: windows_metadata::reader::Field<'_>) -> Option<(String, i32)> {
    match field.constant()?.value() {
        Value::I32(value) => Some((field.name().to_string(), value)),
        Value::U32(value) => Some((field.name().to_string(), value as i32)),
        _ => None,
    }
}

fn guid<'a>(item: &impl HasAttributes<'a>) -> Option<Guid> {
    let values = attribute(item, "GuidAttribute")?;
    let (Value::U32(data1), Value::U16(data2), Value::U16(data3)) = (&values[0], &values[1], &values[2])
    else {
        return None;
    };
    let mut data4 = [0; 8];
    for (byte, value) in data4.iter_mut().zip(&values[3..]) {
        let Value::U8(value) = value else { return None };
        *byte = *value;
    }
    Some((*data1, *data2, *data3, data4))
}

/// The values of an attribute, if the item has it.
fn attribute<'a>(item: &impl HasAttributes<'a>, name: &str) -> Option<Vec<Value>> {
    let found = item.attributes().find(|attribute| attribute.ctor().parent().name() == name)?;
    Some(found.value().into_iter().map(|(_, value)| value).collect())
}
