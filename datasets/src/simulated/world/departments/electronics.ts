import { type Department, product } from '../vocabulary.ts';

export const electronics: Department = {
  name: 'Electronics',
  weight: 1.2,
  styles: ['Sleek', 'Compact', 'Retro', 'Modern'],
  shelves: [
    {
      name: 'Headphones & Audio',
      theme: 'listening',
      uses: ['long flights', 'the gym', 'video calls', 'audiophiles'],
      types: [
        product(
          'Over-Ear Headphones',
          119,
          'Wireless | Wired | Aluminum',
          'Noise Cancelling | 40-Hour Battery | Deep Bass | Memory Foam Pads',
          'Black | White | Navy',
          ['Headphone Stand'],
        ),
        product(
          'Wireless Earbuds',
          79,
          'Water-Resistant | Noise-Cancelling | Open-Ear',
          'Deep Bass | Clear Calls | Charging Case | Touch Controls',
          'Black | White | Sand',
        ),
        product(
          'Bluetooth Speaker',
          65,
          'Water-Resistant | Aluminum | Fabric',
          'Deep Bass | 24-Hour Battery | Stereo Pairing | Carrying Loop',
          '10 W | 20 W | 60 W',
        ),
        product(
          'Headphone Stand',
          21,
          'Aluminum | Walnut | Acrylic',
          'Cable Management | Anti-Slip Feet | Wireless Charging Base',
          'Black | White | Natural',
        ),
      ],
    },
    {
      name: 'Computer Accessories',
      theme: 'desk',
      uses: ['programmers', 'competitive gaming', 'working on the road', 'tidy desks'],
      types: [
        product(
          'Mechanical Keyboard',
          89,
          'Hot-Swappable | Aluminum | Silent',
          'RGB Lighting | Tactile Switches | Multi-Device Pairing | Volume Knob',
          '60% | 75% | Full Size',
          ['Gaming Mouse', 'Wrist Rest'],
        ),
        product(
          'Gaming Mouse',
          49,
          'Wireless | Wired | Silent',
          'RGB Lighting | Ergonomic Shape | Six Buttons | Multi-Device Pairing',
          'Black | White',
        ),
        product(
          'USB-C Hub',
          38,
          'Aluminum | Braided | Travel-Size',
          'Fast Charging | Dual Displays | Card Reader',
          '5-in-1 | 7-in-1 | 10-in-1',
        ),
        product(
          'Wrist Rest',
          18,
          'Memory Foam | Walnut | Cooling Gel',
          'Ergonomic Shape | Anti-Slip Feet | Washable Cover',
          '60% | 75% | Full Size',
        ),
      ],
    },
    {
      name: 'Camera & Photo',
      theme: 'photography',
      uses: ['landscape photography', 'street photography', 'vlogging', 'wildlife photography'],
      types: [
        product(
          'Camera Tripod',
          92,
          'Carbon Fiber | Aluminum',
          'Ball Head | Quick Release | Phone Mount | Travel Bag',
          '130 cm | 160 cm | 190 cm',
          ['Camera Bag'],
        ),
        product(
          'Camera Bag',
          67,
          'Waxed Canvas | Leather | Recycled Polyester',
          'Padded Dividers | Rain Cover | Laptop Sleeve | Quick Access',
          '6 Liter | 12 Liter | 25 Liter',
          ['Memory Card'],
        ),
        product(
          'Memory Card',
          28,
          'SDXC | microSD | CFexpress',
          'High-Speed Transfer | Shock Protection | Protective Case',
          '64 GB | 128 GB | 256 GB',
        ),
        product(
          'Lens Filter Kit',
          44,
          'Multi-Coated | Magnetic | Nano-Coated',
          'Neutral Density | Circular Polarizer | Protective Case',
          '58 mm | 67 mm | 77 mm',
        ),
      ],
    },
  ],
};
